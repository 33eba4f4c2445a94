import { create } from '@bufbuild/protobuf';
import { DiagnosticListSchema, RevisionConflictSchema } from '../../../proto/plcemu/v1/error_pb.js';
import { HostError } from '../model/host-error.js';
import { ProjectRefused } from '../project/project.js';
import { diagnosticMessage } from './convert.js';
import { DetailedError, packDetail } from './errors.js';

/** Most bytes of findings in a status: it travels in headers. GetDiagnostics or Build have all of them. */
const mostDetailBytes = 4000;

/** Gives a refused project its findings, and a refused revision what it is now. */
export async function withDiagnostics<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof ProjectRefused) {
      let count = error.diagnostics.length;
      for (;;) {
        const ordered = [...error.diagnostics].sort(
          (a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'),
        );
        const detail = packDetail(
          DiagnosticListSchema,
          create(DiagnosticListSchema, { diagnostics: ordered.slice(0, count).map(diagnosticMessage) }),
        );
        if (detail.value.length <= mostDetailBytes || count === 0) throw new DetailedError(error, [detail]);
        count = Math.floor(count / 2);
      }
    }
    if (error instanceof HostError && error.reason === 'REVISION_CONFLICT') {
      const { revision = '0', expectedRevision = '0' } = error.metadata;
      const detail = create(RevisionConflictSchema, {
        revision: BigInt(revision),
        expectedRevision: BigInt(expectedRevision),
      });
      throw new DetailedError(error, [packDetail(RevisionConflictSchema, detail)]);
    }
    throw error;
  }
}
