// Cannot begin.
console.log('There is no key for the shop.');
process.exit(7);
