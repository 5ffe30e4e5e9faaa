#!/usr/bin/env node
import { runWherry } from './pinned-node.mjs';

runWherry(process.argv.slice(2));
