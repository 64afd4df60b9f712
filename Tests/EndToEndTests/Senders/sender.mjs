// Posts callbacks with Node's `fetch` and `http`, in every way in which a program may hand them a body.
//
// Usage: sender.mjs JOBS    JOBS has a line for each: WAY, URL and order as JSON, with tabs between.
// Prints a line for each: WAY, status and answer.

import {readFileSync} from 'node:fs';
import {Agent, request} from 'node:http';
import {deflateSync, gzipSync} from 'node:zlib';

const agent = new Agent({keepAlive: true});
const json = {'Content-Type': 'application/json'};

async function fetched(url, body, headers = {}) {
  const answer = await fetch(url, {method: 'POST', body, headers, signal: AbortSignal.timeout(30_000)});
  return [answer.status, await answer.text()];
}

function requested(url, pieces, headers) {
  return new Promise((resolve, reject) => {
    const sent = request(url, {method: 'POST', agent, headers, timeout: 30_000}, answer => {
      let text = '';
      answer.on('data', piece => { text += piece; });
      answer.on('end', () => resolve([answer.statusCode, text]));
    });
    sent.on('error', reject);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
}

function form(text) {
  const made = new FormData();
  made.set('data', text);
  return made;
}

function file(text) {
  const made = new FormData();
  made.set('data', new Blob([text], {type: 'application/json'}), 'data.json');
  return made;
}

const ways = {
  'json': (url, order) => fetched(url, JSON.stringify({data: order}), json),
  'string': (url, order) => fetched(url, JSON.stringify({data: order})),
  'form': (url, order) => fetched(url, new URLSearchParams({data: JSON.stringify(order)})),
  'parts': (url, order) => fetched(url, form(JSON.stringify(order))),
  'file': (url, order) => fetched(url, file(JSON.stringify(order))),
  'gzip': (url, order) => fetched(url, gzipSync(JSON.stringify(order)), {...json, 'Content-Encoding': 'gzip'}),
  'deflate': (url, order) => fetched(url, deflateSync(JSON.stringify(order)), {...json, 'Content-Encoding': 'deflate'}),
  'chunks': (url, order) => requested(url, JSON.stringify({data: order}).match(/.{1,50}/gs), json),
  'length': (url, order) => {
    const text = JSON.stringify({data: order});
    return requested(url, [text], {...json, 'Content-Length': Buffer.byteLength(text)});
  },
  'lone surrogate': (url, order) => fetched(url, JSON.stringify({data: {...order, nota: '\ud83d'}}), json),
};

for (const line of readFileSync(process.argv[2], 'utf8').trimEnd().split('\n')) {
  const [way, url, order] = line.split('\t');
  let told;
  try {
    told = await ways[way](url, JSON.parse(order));
  } catch (problem) {
    told = [0, `${problem} ${problem.cause ?? ''}`];
  }
  console.log([way, told[0], told[1].trim()].join('\t'));
}
agent.destroy();
