import type { AttachMessage, Program } from '../messages.js';
import { controlWords } from '../control-page.js';
import { createDetector, detectorPages } from './change-detector.js';
import type { ChangeDetector } from './change-detector.js';
import { createLogLimiter } from './log-limiter.js';
import { createRecordWriter, type Loss, type RecordWriter } from './record-writer.js';
import { createScanMachine, type ScanMachine } from './scan-machine.js';
import { createThreadStats, type ThreadStats } from './thread-stats.js';

/** A program in this worker with all that belongs to it. */
export interface LoadedProgram {
  readonly machine: ScanMachine;
  readonly detector: ChangeDetector;
  readonly stats: ThreadStats;
  /** Opens the ring; lines logged until then follow. Called once, when the program takes its place. */
  open(loss?: Loss): RecordWriter;
}

const logLinesPerSecond = 1000;

/** Throws HostError where the image cannot run here. Computes initial values, so it counts as activity of generated code. */
export function createLoadedProgram(program: Program, attach: AttachMessage, control: Int32Array): LoadedProgram {
  const { image, module } = program;
  const stats = createThreadStats(program.stats, image.tasks.length);
  const limiter = createLogLimiter(logLinesPerSecond, () => performance.now());
  const early: { task: number; severity: number; text: string }[] = [];
  let writer: RecordWriter | undefined;
  let taskStartMs = 0;

  const machine: ScanMachine = createScanMachine(image, {
    module,
    ...(attach.tickNs !== undefined && { tickNs: attach.tickNs }),
    extraPages: attach.kernel ? detectorPages(image.memory.variables) : 0,
    onLog(text, severity, task) {
      const suppressed = limiter.admit(task);
      if (suppressed === undefined) return;
      if (writer) writer.log(machine.scan + 1, task, severity, text, suppressed);
      else early.push({ task, severity, text });
    },
    onTask: {
      begin(task) {
        Atomics.store(control, controlWords.task, task);
        taskStartMs = performance.now();
      },
      program: (index) => void Atomics.store(control, controlWords.program, index),
      end: (task) => stats.task(task, taskStartMs, machine.schedule.overruns[task]!),
    },
  });
  const detector = createDetector(machine.memory, image.memory, attach.kernel);
  return {
    machine,
    detector,
    stats,
    open(loss) {
      writer = createRecordWriter(program.ring, detector, loss);
      for (const { task, severity, text } of early) writer.log(0, task, severity, text, 0);
      return writer;
    },
  };
}
