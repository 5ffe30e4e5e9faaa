import 'apify';
import 'crawlee';

// `startChild` waits for this; then the program has nothing left to do and ends.
process.send({ answer: null });
