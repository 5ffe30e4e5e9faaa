/** `npm run test:long`: the cases and rounds of slow tests that `npm test` leaves out of its share. */
export const isLong = process.env.WHERRY_LONG === '1';
