/*
 * Defects and places to die, as edits of the host's sources. `npm run build -- --seeded-faults` applies all of them to what it writes
 * to dist-faults/ and fails where one no longer fits; the sources themselves, and every other build, know nothing of them. In an edit
 * `inside` is inside-host.ts. Pure data: the build reads this file before anything else is compiled.
 */

/** What the checker proves; each violation names one of these. */
export const invariants = {
  chain: 'every message follows the one before it: delivery is dense, previous is what was spoken of last',
  order: 'events come in the order of the log, and within a scan inputs, log, outputs, scan',
  repeat: 'no event is delivered twice',
  gap: 'no event that was asked for is missing without a word',
  snapshot: 'a snapshot is the state after exactly the events up to it',
  coalesced: 'a merged batch has the newest value of each variable and every edge of each BOOL',
  numbers: 'a sequence number is given once, and numbers of a later epoch are higher',
  durable: 'no reader ever sees a durable event that a crash takes back',
  acknowledged: 'what was acknowledged is in the journal exactly once, what was refused is not',
  generations: 'generations count the writes one by one, in an order that agrees with time',
  atomic: 'a write of several variables takes effect at one boundary or not at all',
  project: 'the project at each revision is one, what was acknowledged is there once, and what runs is what it says',
  retain: 'retained values are those of one scan, at most one retain interval old',
  desired: 'a restarted host goes on as it was told last',
  recovery: 'every client is current within five seconds of a kill',
} as const;
export type Invariant = keyof typeof invariants;

export interface SourceEdit {
  readonly file: string;
  /** Occurs exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface SeededFault {
  /** The invariant that the checker must name. */
  readonly breaks: Invariant;
  readonly edits: readonly SourceEdit[];
  /** A run that brings it out: the disk, or where the host dies. */
  readonly disk?: 'power cut';
  readonly failpoint?: FailpointName;
  /** Kills until it has shown; three where nothing is said. */
  readonly rounds?: number;
}

const events = 'server/src/events';
const store = 'server/src/store';
const runtime = 'server/src/runtime';

export const failpoints = {
  'journal.before-write': [
    {
      file: `${store}/journal.ts`,
      find: 'await file.write(bytes, info.sizeBytes);',
      replace: `inside.failpoint('journal.before-write');
    if (inside.armed('journal.half-write')) {
      await file.write(bytes.subarray(0, bytes.length >> 1), info.sizeBytes);
      inside.die();
    }
    await file.write(bytes, info.sizeBytes);
    inside.failpoint('journal.before-sync');`,
    },
  ],
  'journal.half-write': [],
  'journal.before-sync': [],
  'journal.before-acknowledging': [
    {
      file: `${store}/journal.ts`,
      find: 'mark = { ...mark, acknowledged: last };',
      replace: `inside.failpoint('journal.before-acknowledging');
      mark = { ...mark, acknowledged: last };`,
    },
  ],
  'journal.acknowledged': [
    {
      file: `${store}/journal.ts`,
      find: 'listener?.committed(last);',
      replace: `listener?.committed(last);
      inside.failpoint('journal.acknowledged');`,
    },
  ],
  'segment.begun': [
    {
      file: `${store}/journal.ts`,
      find: 'await fs.syncDirectory(directory);',
      replace: `inside.failpoint('segment.begun');
      await fs.syncDirectory(directory);`,
    },
  ],
  'compaction.trimmed': [
    {
      file: `${store}/journal-compaction.ts`,
      find: 'await storeTrimmed(sealed[count - 1]!.end);',
      replace: `await storeTrimmed(sealed[count - 1]!.end);
    inside.failpoint('compaction.trimmed');`,
    },
  ],
  'compaction.rewritten': [
    {
      file: `${store}/journal-compaction.ts`,
      find: 'sealed.splice(sealed.indexOf(first), run.length, merged);',
      replace: `inside.failpoint('compaction.rewritten');
  sealed.splice(sealed.indexOf(first), run.length, merged);`,
    },
  ],
  'file.before-rename': [
    {
      file: `${store}/atomic-file.ts`,
      find: 'await fs.rename(draft, path);',
      replace: `inside.failpoint('file.before-rename');
    await fs.rename(draft, path);
    inside.failpoint('file.renamed');`,
    },
  ],
  'file.renamed': [],
  'slot.half-write': [
    {
      file: `${store}/slot-file.ts`,
      find: 'await handles[next]!.write(bytes, 0);',
      replace: `if (inside.armed('slot.half-write')) {
          await handles[next]!.write(bytes.subarray(0, bytes.length >> 1), 0);
          inside.die();
        }
        await handles[next]!.write(bytes, 0);
        inside.failpoint('slot.before-sync');`,
    },
  ],
  'slot.before-sync': [],
  'write.in-force': [
    {
      file: `${runtime}/write-variables.ts`,
      find: 'const { targets } = prepared;\n      done(targets);',
      replace: `inside.failpoint('write.in-force');
      const { targets } = prepared;
      done(targets);`,
    },
  ],
  'write.committed': [
    {
      file: `${runtime}/write-variables.ts`,
      find: 'await committed;\n        isDone = true;',
      replace: `if (!inside.fault('answer-before-journal')) await committed;
        inside.failpoint('write.committed');
        isDone = true;`,
    },
  ],
  'start.identity': [
    {
      file: `${store}/open-store.ts`,
      find: 'const notes = [...identity.notes, ...recovery.ignored];',
      replace: `inside.failpoint('start.identity');
  const notes = [...identity.notes, ...recovery.ignored];`,
    },
  ],
  'start.listening': [
    {
      file: 'server/src/main.ts',
      find: "log.info('listening', {",
      replace: `inside.failpoint('start.listening');
  log.info('listening', {`,
    },
  ],
} as const satisfies Record<string, readonly SourceEdit[]>;
export type FailpointName = keyof typeof failpoints;

/** What the build needs whatever fault is on. */
export const fixtures: readonly SourceEdit[] = [
  {
    file: 'server/src/main.ts',
    find: 'openStore({ directory: config.dataDir,',
    replace: 'openStore({ ...inside.storeOptions(), directory: config.dataDir,',
  },
  {
    file: 'server/src/main.ts',
    find: "openRetainStore(store.dataDir.file('retain-main'))",
    replace: "openRetainStore(store.dataDir.file('retain-main'), inside.fileSystem())",
  },
  {
    file: 'server/src/main.ts',
    find: 'createEventLog({\n',
    replace: 'createEventLog({\n    ...inside.logOptions(),\n',
  },
];

export const seededFaults = {
  'journal-not-synced': {
    breaks: 'acknowledged',
    disk: 'power cut',
    edits: [
      {
        file: `${store}/journal.ts`,
        find: 'await file.sync();\n    info.sizeBytes += total;',
        replace: "if (!inside.fault('journal-not-synced')) await file.sync();\n    info.sizeBytes += total;",
      },
    ],
  },
  'answer-before-journal': {
    breaks: 'acknowledged',
    disk: 'power cut',
    failpoint: 'journal.before-sync',
    // Beside the failpoint in write-variables.ts.
    edits: [],
  },
  'seen-before-journal': {
    breaks: 'durable',
    disk: 'power cut',
    failpoint: 'journal.before-sync',
    edits: [
      {
        file: `${events}/durability-gate.ts`,
        find: 'head: (assigned) => held[0]?.visibleBefore ?? assigned,',
        replace:
          "head: (assigned) => (inside.fault('seen-before-journal') ? assigned : (held[0]?.visibleBefore ?? assigned)),",
      },
    ],
  },
  'numbers-reused': {
    breaks: 'numbers',
    rounds: 6,
    edits: [
      {
        file: `${store}/host-identity.ts`,
        find: 'let epochStart = known > journal.last ? known : journal.last;',
        replace: "let epochStart = known > journal.last && !inside.fault('numbers-reused') ? known : journal.last;",
      },
    ],
  },
  'edge-dropped': {
    breaks: 'coalesced',
    edits: [
      {
        file: `${events}/coalesce.ts`,
        find: 'edgeCounts[row + bit]! += 1;',
        replace: "edgeCounts[row + bit]! += inside.fault('edge-dropped') && edgeCounts[row + bit] === 2 ? 0 : 1;",
      },
    ],
  },
  'merging-unsaid': {
    breaks: 'gap',
    edits: [
      {
        file: `${events}/batch-builder.ts`,
        find: '...(isMerged && { coalesced:',
        replace: "...(isMerged && !inside.fault('merging-unsaid') && { coalesced:",
      },
    ],
  },
  'event-repeated': {
    breaks: 'repeat',
    edits: [
      {
        file: `${events}/open-watch.ts`,
        find: 'const opened = openedAt(answer.sequence);',
        replace: "const opened = openedAt(answer.sequence - (inside.fault('event-repeated') ? 1n : 0n));",
      },
    ],
  },
  'floor-too-low': {
    breaks: 'gap',
    edits: [
      {
        file: `${events}/class-ring.ts`,
        find: 'floor = oldest.sequence;',
        replace: "floor = oldest.sequence - (inside.fault('floor-too-low') ? 1n : 0n);",
      },
    ],
  },
  'message-lost-unchecked': {
    breaks: 'chain',
    edits: [
      {
        file: 'clients/node/src/watch.ts',
        find: 'check(message);',
        replace: "if (!inside.fault('message-lost-unchecked')) check(message);",
      },
      {
        file: 'server/src/services/watch-stream.ts',
        find: 'queue.push(frame(message.previous, message.body));',
        replace: `if (!(inside.fault('message-lost-unchecked') && inside.sometimes(200)))
          queue.push(frame(message.previous, message.body));`,
      },
    ],
  },
  'old-addresses-written': {
    breaks: 'generations',
    rounds: 6,
    edits: [
      {
        file: 'server/src/engine/create-engine.ts',
        find: 'image ? { digest: image.digest } : {};',
        replace: "image && !inside.fault('old-addresses-written') ? { digest: image.digest } : {};",
      },
    ],
  },
  'patch-forgotten': {
    breaks: 'project',
    edits: [
      {
        file: `${runtime}/project-control.ts`,
        find: 'durable ? [await memory.change(next, files)] : [];',
        replace: "durable && !inside.fault('patch-forgotten') ? [await memory.change(next, files)] : [];",
      },
    ],
  },
  'retain-slots-mixed': {
    breaks: 'retain',
    edits: [
      {
        file: `${store}/slot-file.ts`,
        find: '...(newest && { value: newest.value }),',
        replace: '...(newest && { value: inside.mixed(newest.value, good[1]?.value) }),',
      },
    ],
  },
  'retain-late': {
    breaks: 'retain',
    edits: [
      {
        file: `${runtime}/retain.ts`,
        find: 'store.save(newest).catch(onFailure);',
        replace: "if (!inside.fault('retain-late') || scan % 60 === 0) store.save(newest).catch(onFailure);",
      },
    ],
  },
  'generation-forgotten': {
    breaks: 'generations',
    edits: [
      {
        file: `${store}/open-store.ts`,
        find: 'const bytes = encodeChanges(changes);',
        replace: `const bytes = encodeChanges(
        changes.filter(
          ({ kind }) =>
            !(kind === 'generation' && inside.fault('generation-forgotten')) &&
            !(kind === 'answer' && inside.fault('request-id-lost')),
        ),
      );`,
      },
    ],
  },
  // The two share one edit.
  'request-id-lost': { breaks: 'acknowledged', failpoint: 'write.committed', edits: [] },
  'desired-state-forgotten': {
    breaks: 'desired',
    edits: [
      {
        file: `${runtime}/life-cycle.ts`,
        find: 'record.state.desired(core.name) !== desired ?',
        replace: "record.state.desired(core.name) !== desired && !inside.fault('desired-state-forgotten') ?",
      },
    ],
  },
  'scan-before-io': {
    breaks: 'order',
    edits: [
      {
        file: `${runtime}/process-memory.ts`,
        find: "    return [\n      ...io('input', part(inputs)),",
        replace: "    return inside.reordered<GroupRecord>([\n      ...io('input', part(inputs)),",
      },
      {
        file: `${runtime}/process-memory.ts`,
        find: "{ class: 'scan', payload: whole },\n    ];",
        replace: "{ class: 'scan', payload: whole },\n    ]);",
      },
    ],
  },
  'snapshot-too-old': {
    breaks: 'snapshot',
    edits: [
      {
        file: 'server/src/services/watches.ts',
        find: 'const sequence = record.events.assigned();',
        replace: "const sequence = record.events.assigned() + (inside.fault('snapshot-too-old') ? 1n : 0n);",
      },
    ],
  },
  'write-torn': {
    breaks: 'atomic',
    edits: [
      {
        file: `${runtime}/write-variables.ts`,
        find: '(cells, hook, image) => engine.write(cells, hook, image),',
        replace: `(cells, hook, image) =>
          inside.fault('write-torn') && cells.length > 1
            ? engine.write(cells.slice(0, 1)).then(() => engine.write(cells.slice(1), hook))
            : engine.write(cells, hook, image),`,
      },
    ],
  },
  'generation-read-early': {
    breaks: 'generations',
    edits: [
      {
        file: `${runtime}/generations.ts`,
        find: 'return readingOf(entry ? entry.visible : stored(path));',
        replace:
          "return readingOf(inside.fault('generation-read-early') ? (entry?.newest ?? stored(path)) : entry ? entry.visible : stored(path));",
      },
    ],
  },
  'conflict-overlooked': {
    breaks: 'generations',
    edits: [
      {
        file: `${runtime}/write-variables.ts`,
        find: 'reader.claimedGeneration(variable).count !== item.expectedGeneration,',
        replace:
          "reader.claimedGeneration(variable).count !== item.expectedGeneration && !inside.fault('conflict-overlooked'),",
      },
    ],
  },
  'answer-before-force': {
    breaks: 'generations',
    edits: [
      {
        file: `${runtime}/write-variables.ts`,
        find: 'atBoundary(await send(act, prepared, atBoundary));',
        replace: `if (inside.fault('answer-before-force')) {
          setTimeout(() => void send(act, prepared, () => undefined), 60);
          atBoundary({ scan: core.memory.scan, timeNs: core.memory.timeNs });
        } else atBoundary(await send(act, prepared, atBoundary));`,
      },
    ],
  },
  'old-epoch-resumed': {
    breaks: 'gap',
    edits: [
      {
        file: `${events}/resolve-cursor.ts`,
        find: 'if (volatile.length > 0 || sequence < floor || sequence > known.end) {',
        replace:
          "if (!inside.fault('old-epoch-resumed') && (volatile.length > 0 || sequence < floor || sequence > known.end)) {",
      },
      {
        file: `${events}/log-rings.ts`,
        find: "if (eventClassTable[c].durable === 'no') rings",
        replace: "if (eventClassTable[c].durable === 'no' && !inside.fault('old-epoch-resumed')) rings",
      },
    ],
  },
  'crash-unsaid': {
    breaks: 'gap',
    edits: [
      {
        file: `${events}/open-watch.ts`,
        find: "const crash = crashed && filter.classes.includes('log')",
        replace: "const crash = crashed && !inside.fault('crash-unsaid') && filter.classes.includes('log')",
      },
    ],
  },
  'tail-not-recovered': {
    breaks: 'gap',
    edits: [
      {
        file: `${store}/journal-recovery.ts`,
        find: 'return { records, losses, ignored, floors, last, boot, segments, nextIndex };',
        replace: `return {
    records: inside.fault('tail-not-recovered') ? records.slice(0, -12) : records,
    losses, ignored, floors, last, boot, segments, nextIndex,
  };`,
      },
    ],
  },
  'start-slow': {
    breaks: 'recovery',
    edits: [
      {
        file: 'server/src/main.ts',
        find: 'const version = versionOf();',
        replace: `if (inside.fault('start-slow')) await new Promise((resolve) => setTimeout(resolve, 6000));
  const version = versionOf();`,
      },
    ],
  },
} as const satisfies Record<string, SeededFault>;
export type SeededFaultName = keyof typeof seededFaults;

/** Everything that the build changes, in order. */
export function allEdits(): readonly SourceEdit[] {
  return [
    ...fixtures,
    ...Object.values(failpoints).flat(),
    ...Object.values(seededFaults).flatMap((fault): readonly SourceEdit[] => fault.edits),
  ];
}
