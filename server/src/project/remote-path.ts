import { lstat, readFile, readlink } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';

/** Types of file systems that another machine or process answers for: each call may take as long as that likes. */
const remoteTypes =
  /^(?:nfs|cifs|smb|fuse|9p|afs|ceph|glusterfs|lustre|virtiofs|davfs|vboxsf|prl_fs|vmhgfs|autofs|ocfs2|gfs)/;
const mostLinks = 40;

/**
 * Does a path lead to a network file system, or one in user space? Links are followed, and nothing that lies on such a file
 * system is touched. False where there is no table of mounts (proc_pid_mountinfo(5)).
 */
export async function liesRemote(path: string): Promise<boolean> {
  const types = await mountTypes();
  if (![...types.values()].some((type) => remoteTypes.test(type))) return false;
  let rest = resolve(path).split(sep).filter(Boolean);
  let current: string = sep;
  for (let links = 0; links < mostLinks;) {
    if (remoteTypes.test(types.get(current) ?? '')) return true;
    const next = rest.shift();
    if (next === undefined) return false;
    const step = join(current, next);
    if (types.has(step)) {
      current = step;
      continue;
    }
    const info = await lstat(step).catch(() => undefined);
    if (!info) return false;
    if (!info.isSymbolicLink()) {
      current = step;
      continue;
    }
    links += 1;
    const target = await readlink(step).catch(() => undefined);
    if (target === undefined) return false;
    rest = [...resolve(dirname(step), target).split(sep).filter(Boolean), ...rest];
    current = sep;
  }
  return false;
}

/** Type of file system by mount point, the one on top where several are. */
async function mountTypes(): Promise<ReadonlyMap<string, string>> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const types = new Map<string, string>();
  for (const line of table.split('\n')) {
    const [mount, source] = line.split(' - ');
    const point = mount?.split(' ')[4];
    const type = source?.split(' ')[0];
    if (point === undefined || type === undefined) continue;
    types.set(
      point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
      type,
    );
  }
  return types;
}
