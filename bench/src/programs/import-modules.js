import 'apify';
import 'crawlee';

// All that `startChild` waits for; with nothing left to do the program ends by itself.
process.send({ answer: null });
