import { fromBinary } from '@bufbuild/protobuf';
import { ErrorInfoSchema } from '../../../proto/google/rpc/error_details_pb.js';
import { errorReasons, HostError } from '../../../server/src/model/host-error.js';
import { silentLog, type Log } from '../../../server/src/model/log.js';
import { code, codeOfReason, statusOf } from '../../../server/src/services/errors.js';

describe('the status of a refusal', () => {
  it('has the reason and the metadata in its details, for every reason', () => {
    for (const reason of errorReasons) {
      const status = statusOf(new HostError(reason, 'No.', { key: 'value' }), 'm', silentLog);
      const info = fromBinary(ErrorInfoSchema, status.details[0]!.value);
      expect([status.code, info.reason, info.domain, info.metadata]).toEqual([
        codeOfReason[reason],
        reason,
        'plc-emu',
        { key: 'value' },
      ]);
    }
  });

  it('of a defect hides the stack and logs it', () => {
    const lines: unknown[] = [];
    const log: Log = { ...silentLog, error: (_message, fields) => lines.push(fields) };
    const status = statusOf(new TypeError('secret internals'), 'a.B/C', log);
    expect(status.code).toBe(code.INTERNAL);
    expect(JSON.stringify(status.message)).not.toContain('secret');
    expect(lines).toEqual([{ method: 'a.B/C', error: expect.stringContaining('secret internals') as string }]);
  });

  it.each([
    ['line breaks and control characters', 'a\r\nb\u0000c\u001b[31m', 'a  b c [31m'],
    ['line separators', 'a\u2028b', 'a b'],
    ['lone surrogates', 'a\ud800b', 'a b'],
  ])('has no %s in its message', (_what, given, expected) => {
    expect(statusOf(new HostError('BUSY', given), 'm', silentLog).message).toBe(expected);
  });

  it('is short however long the text', () => {
    const status = statusOf(
      new HostError('BUSY', 'x'.repeat(1_000_000), { a: 'y'.repeat(1_000_000), b: 'z' }),
      'm',
      silentLog,
    );
    expect(status.message.length).toBeLessThanOrEqual(1000);
    expect(status.details[0]!.value.length).toBeLessThan(2200);
  });
});
