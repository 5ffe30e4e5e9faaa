console.log('never reached');
