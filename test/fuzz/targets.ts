import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../clients/node/src/index.js';
import { compile } from '../../server/src/compiler/compile.js';
import { internalErrorCode } from '../../server/src/compiler/problem-table.js';
import { profiles } from '../../server/src/compiler/profile.js';
import { tokenize } from '../../server/src/compiler/st/lexer.js';
import { TokenKind } from '../../server/src/compiler/st/token.js';
import { encodePayload } from '../../server/src/events/payload-codec.js';
import { cursorFromText, cursorToText, decodeCursor, encodeCursor } from '../../server/src/model/cursor.js';
import { recordTypes } from '../../server/src/model/record-type.js';
import { nodeFileSystem } from '../../server/src/store/file-system.js';
import {
  encodeRecord,
  encodeSegmentHeader,
  floorCount,
  type JournalRecord,
} from '../../server/src/store/journal-format.js';
import { recoverJournal } from '../../server/src/store/journal-recovery.js';
import { segmentName } from '../../server/src/store/journal-segments.js';
import { encodeChanges } from '../../server/src/store/state-table.js';
import { clientOf, launch, root, socketOf, untilServing } from '../support/host-control.js';
import { largeProgram } from '../bench/large-program.js';
import type { Random } from '../support/random.js';

/** Something that reads what anybody may send. */
export interface FuzzTarget {
  /** Valid inputs to damage. */
  readonly seeds: readonly Uint8Array[];
  /** Takes a damaged input; throws where it is taken wrongly. What is refused properly is well. */
  take(input: Uint8Array, random: Random): void | Promise<void>;
  close?(): Promise<void>;
}

const textOf = (name: string): Uint8Array => readFileSync(join(root, name));
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const charts = `PROGRAM Chart VAR x : INT; fb : TON; a : ARRAY[0..3] OF STRING[8] := ['a', 'b$'', 2('c')]; END_VAR
INITIAL_STEP S0: A(N); B(L, T#1s); END_STEP
TRANSITION t1 (PRIORITY := 1) FROM S0 TO (S1, S2) := x > 3; END_TRANSITION
STEP S1: END_STEP STEP S2: END_STEP
TRANSITION FROM (S1, S2) TO S0: LD x GT 2 END_TRANSITION
ACTION A: x := x + 1; END_ACTION
ACTION B: CASE x OF 1, 2..4: x := 16#FF; ELSE fb(IN := TRUE, PT := T#1d2h3.5s); END_CASE; END_ACTION
END_PROGRAM
PROGRAM List VAR x : INT; END_VAR
on: LD x ADD( 3 MUL 2 ) ST x
GT 5 JMPC on RET
END_PROGRAM
NAMESPACE N INTERFACE I METHOD Go : BOOL END_METHOD END_INTERFACE
CLASS C IMPLEMENTS I METHOD PUBLIC Go : BOOL VAR n : REF_TO INT; END_VAR Go := n^ > 3; END_METHOD END_CLASS END_NAMESPACE
TYPE Color : INT (Red, Green := 5); P : STRUCT x, y : REAL := 1.5; END_STRUCT; U : UNION w : WORD; b : ARRAY[0..1] OF BYTE; END_UNION; END_TYPE
CONFIGURATION Cfg RESOURCE R ON PLC TASK T(INTERVAL := T#10ms, PRIORITY := 1); PROGRAM P1 WITH T : Chart; PROGRAM P2 : List; END_RESOURCE END_CONFIGURATION
`;

const objects = `FUNCTION Sum : DINT VAR_INPUT r : REFERENCE TO DINT; v : ANY_INT; END_VAR r := r + v.diSize; Sum := r; END_FUNCTION
TYPE Packet : STRUCT head AT %B0 : INT := 5; on AT %X2.0 : BOOL; tail AT %W2 : WORD; END_STRUCT; Level : BYTE (low := 1, high); END_TYPE
FUNCTION_BLOCK Base VAR PROTECTED n : DINT; self : REFERENCE TO DINT REF= n; END_VAR
PROPERTY_GET Value : DINT Value := n; END_PROPERTY PROPERTY_SET Value : DINT n := Value; END_PROPERTY
METHOD At : REFERENCE TO DINT VAR_INPUT i : INT := 1; END_VAR At REF= self; END_METHOD END_FUNCTION_BLOCK
FUNCTION_BLOCK FINAL Derived EXTENDS Base n := SUPER^.Value + 1; END_FUNCTION_BLOCK
PROGRAM Main VAR d : ARRAY[1..3] OF Derived; p : Packet := (on := TRUE); l : Level := Level.high; k : DINT; END_VAR
d[2].Value := 7; d[1].At() := Sum(r := k, v := p.head); {IF defined(X)} k := 1; {END_IF} p.on := l = high; END_PROGRAM
`;

/** Tokens lie one behind the other within the text, and the last is its end. */
const lexer: FuzzTarget = {
  seeds: [bytesOf(charts), bytesOf(objects), bytesOf(largeProgram(60))],
  take(input) {
    const text = new TextDecoder('latin1').decode(input);
    const { count, start, end, kind } = tokenize(text);
    for (let i = 0; i < count; i += 1) {
      const isLast = i === count - 1;
      if (start[i]! < (i === 0 ? 0 : end[i - 1]!) || end[i]! < start[i]! || end[i]! > text.length)
        throw new Error(`token ${i} lies at ${start[i]}..${end[i]}`);
      if ((kind[i] === TokenKind.end) !== isLast) throw new Error(`token ${i} of ${count} is of kind ${kind[i]}`);
    }
  },
};

/** The compiler, whole: it answers with findings or an image, and never with a defect of its own. */
function compiler(name: string, seeds: readonly Uint8Array[]): FuzzTarget {
  return {
    seeds,
    take(content, random) {
      const profile = profiles[random.below(profiles.length)]!;
      const { diagnostics } = compile({ name, documents: [{ name, content }], profile });
      const defect = diagnostics.find((d) => d.code === internalErrorCode);
      if (defect) throw new Error(defect.message);
    },
  };
}

const cursor: FuzzTarget = {
  seeds: [
    encodeCursor({ hostId: '07'.repeat(16), epoch: { boot: 3, nonce: 12_345n }, sequence: 99n }),
    bytesOf(cursorToText(encodeCursor({ hostId: '00'.repeat(16), epoch: { boot: 1, nonce: 0n }, sequence: 0n }))),
  ],
  take(input) {
    decodeCursor(input);
    const bytes = cursorFromText(Buffer.from(input).toString('latin1'));
    if (bytes) decodeCursor(bytes);
  },
};

const hostId = '5a'.repeat(16);
const records: readonly JournalRecord[] = Array.from({ length: 12 }, (_, i) => ({
  type: recordTypes.log,
  sequence: BigInt(i + 1),
  previous: BigInt(i),
  body: encodePayload(BigInt(i), { kind: 'log', severity: 'info', source: 'runtime/main', message: `line ${i}` }),
  attachment: i % 3 === 0 ? encodeChanges([{ kind: 'value', key: `k${i}`, value: 'v' }]) : new Uint8Array(0),
}));

/** A damaged segment on disk: recovery tells what is lost, and makes nothing up. */
async function journal(): Promise<FuzzTarget> {
  const directory = await mkdtemp(join(tmpdir(), 'plc-fuzz-'));
  const header = {
    hostId,
    boot: 1,
    index: 1,
    lastIndex: 1,
    floors: new Array<bigint>(floorCount).fill(0n),
    base: 0n,
    end: 0n,
  };
  const segment = Buffer.concat([encodeSegmentHeader(header), ...records.map(encodeRecord)]);
  const known = new Set(records.map(({ sequence, body }) => `${sequence} ${Buffer.from(body).toString('latin1')}`));
  return {
    seeds: [Uint8Array.from(segment)],
    async take(input) {
      await writeFile(join(directory, segmentName(1)), input);
      const { records: found } = await recoverJournal(nodeFileSystem, directory, hostId, {
        trimmed: 0n,
        acknowledged: 12n,
      });
      for (const { sequence, body } of found)
        if (!known.has(`${sequence} ${Buffer.from(body).toString('latin1')}`))
          throw new Error(`recovery made up record ${sequence}`);
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Bytes on the socket of a real host: it goes on serving. */
async function frames(): Promise<FuzzTarget> {
  const directory = await mkdtemp(join(tmpdir(), 'plc-fuzz-'));
  await writeFile(join(directory, 'main.st'), 'PROGRAM Main VAR x : INT; END_VAR x := x + 1; END_PROGRAM');
  const args = ['main.st', '--data-dir', 'data', '--start', '--log-level', 'warn'];
  const host = launch({ build: 'dist', directory, args });
  const witness = clientOf(directory, 'witness');
  if (!(await untilServing(host, witness, 30_000))) throw new Error(`the host does not start:\n${host.stderr()}`);
  const path = socketOf(directory).slice('unix:'.length);
  return {
    seeds: [await recordSession(path, join(directory, 'between.sock'))],
    async take(input) {
      await new Promise<void>((resolve) => {
        const socket = createConnection(path, () => {
          socket.write(input);
          setTimeout(() => socket.destroy(), 5);
        });
        socket.on('error', () => undefined);
        socket.on('data', () => undefined);
        socket.once('close', () => resolve());
      });
      await witness.runtime.getState({}, { timeoutMs: 5000 });
    },
    async close() {
      witness.close();
      host.process.kill('SIGTERM');
      await host.exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What a client of ours sends for a few calls. */
async function recordSession(path: string, between: string): Promise<Uint8Array> {
  const sent: Buffer[] = [];
  const server = createServer((front) => {
    const back = createConnection(path);
    front.on('data', (chunk) => sent.push(chunk)).pipe(back);
    back.pipe(front);
    for (const socket of [front, back]) socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(between, resolve));
  const client = createClient({ target: `unix:${between}`, name: 'recorded' });
  await client.runtime.readVariables({ paths: ['Main.x'] });
  await client.runtime.writeVariables({
    requestId: 'a',
    writes: [{ path: 'Main.x', value: { kind: { case: 'literal', value: '3' } } }],
  });
  for await (const item of client.watch({ start: 'snapshot' })) if (item.kind === 'events') break;
  client.close();
  server.close();
  return Uint8Array.from(Buffer.concat(sent));
}

export const targets: Readonly<Record<string, () => FuzzTarget | Promise<FuzzTarget>>> = {
  lexer: () => lexer,
  text: () => compiler('fuzz.st', [bytesOf(charts), bytesOf(objects), bytesOf(largeProgram(170))]),
  xml: () => compiler('fuzz.xml', [textOf('examples/conveyor.xml')]),
  cursor: () => cursor,
  journal,
  frames,
};
