// Functions that get hot, are optimised, turn out otherwise and are thrown away; functions made of text by
// the thousand; WebAssembly made of bytes; regular expressions, which are compiled as well.
'use strict';
const rounds = Number(process.argv[2] || 10);
let sum = 0;
const mix = n => { sum = (Math.imul(sum, 31) + (n | 0)) | 0; };

// Optimised for small integers, then for doubles, then for anything: each time the code before is dropped.
function add(a, b) { return a + b; }
function shapes(o) { return o.a + (o.b || 0); }
function sumOf(list) { let s = 0; for (let i = 0; i < list.length; i++) s += list[i]; return s; }

function changing(n) {
	let s = 0;
	for (let i = 0; i < n; i++) s = add(s, i) | 0;
	mix(s);
	let d = 0;
	for (let i = 0; i < n; i++) d = add(d, i * 0.5);
	mix(d);
	let t = '';
	for (let i = 0; i < n / 100; i++) t = add(t, i % 10);
	mix(t.length);
	for (let i = 0; i < n; i++) s = (s + shapes(i % 3 ? { a: i } : { b: 2, a: i, c: i })) | 0;
	mix(s);
	const list = Array.from({ length: 1000 }, (_, i) => i);
	for (let i = 0; i < n / 1000; i++) s = (s + sumOf(list)) | 0;
	list[500] = 0.5;
	for (let i = 0; i < n / 1000; i++) s = (s + sumOf(list) * 2) | 0;
	list[600] = { valueOf: () => 3 };
	mix(s + sumOf(list));
}

function made(round, n) {
	for (let k = 0; k < n; k++) {
		const f = new Function('n', `let s = ${k + round}; for (let i = 0; i < n; i++) s = (s * ${31 + k % 7} + i ^ ${k}) | 0; return s;`);
		for (let i = 0; i < 3; i++) mix(f(300));
	}
}

// (func (export "f") (param i32) (result i32)): a loop that adds, multiplies and exclusive-ors.
function wasmModule(constant) {
	const leb = n => { const out = []; do { let b = n & 127; n >>= 7; const end = (n === 0 && !(b & 64)) || (n === -1 && (b & 64)); out.push(end ? b : b | 128); if (end) return out; } while (true); };
	const body = [1, 1, 0x7f,                 // one local, an i32
		0x03, 0x40,                       // loop
		0x20, 1, 0x41, ...leb(constant), 0x6c, 0x20, 0, 0x6a, 0x20, 0, 0x41, 3, 0x74, 0x73, 0x21, 1,
		0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b,
		0x20, 1, 0x0b];
	return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
		1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0,
		10, ...leb(body.length + 2), 1, ...leb(body.length), ...body]);
}

function wasm(round, n) {
	for (let k = 0; k < n; k++) {
		const { f } = new WebAssembly.Instance(new WebAssembly.Module(wasmModule(1000 * round + k * 37 + 3))).exports;
		for (let i = 0; i < 20; i++) mix(f(200 + i));
	}
}

function expressions(round) {
	const text = Array.from({ length: 300 }, (_, i) => 'key' + i % 17 + '=' + (i * round) % 1000).join(';');
	for (let k = 0; k < 20; k++) {
		const e = new RegExp(`key${k % 17}=(\\d${k % 2 ? '+' : '*'})(?:;|$)`, 'g');
		for (let m; (m = e.exec(text)); ) mix(m[1].length + m.index);
	}
}

function* numbers(n) { for (let i = 0; i < n; i++) { try { if (i % 97 === 0) throw new Error(i); yield i; } catch (e) { yield Number(e.message) * 2; } } }

for (let round = 1; round <= rounds; round++) {
	changing(60000);
	made(round, 200);
	wasm(round, 20);
	expressions(round);
	for (const v of numbers(5000)) mix(v);
	if (global.gc) global.gc();
	console.log(round, sum);
}
