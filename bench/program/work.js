/* SPDX-License-Identifier: MIT */
// What node.sh runs.
'use strict';
let state = 42;
const random = (n) => (state = (state * 16807) % 2147483647) % n;

// A recursive-descent parser of arithmetic.
function parse(text) {
    let at = 0;
    const factor = () => {
        if (text[at] === '(') {
            at++;
            const inner = sum();
            at++;
            return inner;
        }
        const start = at;
        while (text[at] >= '0' && text[at] <= '9') at++;
        return { kind: 'number', value: Number(text.slice(start, at)) };
    };
    const chain = (next, ops) => () => {
        let left = next();
        while (ops.includes(text[at]) && at < text.length) left = { kind: text[at++], left, right: next() };
        return left;
    };
    const product = chain(factor, '*');
    const sum = chain(product, '+-');
    return sum();
}
const expression = (depth) => (depth === 0 ? String(random(1000)) : `(${expression(depth - 1)}${'+-*'[random(3)]}${expression(depth - 1)})`);

const crypto = require('crypto');
const zlib = require('zlib');
const hash = crypto.createHash('sha256');
const part = Number(process.argv[2]); // 1: all of the work, 2: half of it
const rows = [];
for (let i = 0; i < 40000 / part; i++) rows.push({ id: i, name: 'n' + random(1e6), tags: [random(9), 't' + random(99)], text: 'x'.repeat(random(60)) });
for (let turn = 0; turn < 4; turn++) {
    const text = JSON.stringify(rows);
    hash.update(text);
    rows[turn] = JSON.parse(text)[turn + 1];
}
for (let i = 0; i < 60 / part; i++) hash.update(JSON.stringify(parse(expression(10))).slice(0, 1000));
const kept = [];
for (let i = 0; i < 60000 / part; i++) {
    const buffer = Buffer.allocUnsafeSlow(64 + random(8000)).fill(i & 255);
    if (i % 20 === 0) kept.push(buffer);
    else if (i % 50 === 1) hash.update(buffer.toString('base64'));
}
for (let i = 0; i < 40 / part; i++) hash.update(zlib.gunzipSync(zlib.gzipSync(Buffer.concat(kept.slice(i * 20, i * 20 + 40)))));
console.log(hash.digest('hex'), kept.length);
