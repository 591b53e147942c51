import { afterAll } from 'vitest';
import { cleanUp } from './at-end.ts';

// for each test file, before it is read: hooks run in the reverse order, so this is its last
afterAll(cleanUp);
