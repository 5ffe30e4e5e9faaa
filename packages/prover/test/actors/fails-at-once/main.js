// Fails at its start.
console.log('There is no key for the shop.');
process.exit(7);
