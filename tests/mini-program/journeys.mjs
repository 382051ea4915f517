// Every journey in one process, so that WeChat's framework and the program start once and not for each. Most are made in
// both apps.
//
//   npm ci --prefix tests/mini-program
//   AFTERTASTE_PROGRAM=target/debug/aftertaste-local node --test tests/mini-program/journeys.mjs

import { readdirSync } from 'node:fs';

const journeys = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.mjs'));
await Promise.all(journeys.map((name) => import(`./${name}`)));
