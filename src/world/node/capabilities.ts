/** What each Linux capability gives to an intruder. Source: capabilities(7), and the published ways out. */
import type { Container, PodSpec } from '../objects.ts';

export interface CapabilityGrade {
  readonly weight: number;
  readonly gives: string;
}

/** What container runtimes give when a container says nothing. */
export const defaults: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

// none of the defaults weighs more than keeping all of them (0.15): dropping all and adding some back must help
const grades: Readonly<Record<string, CapabilityGrade>> = {
  ALL: { weight: 0.95, gives: 'every capability, and so the node' },
  SYS_MODULE: { weight: 0.94, gives: 'loading code into the kernel of the node' },
  SYS_ADMIN: { weight: 0.93, gives: 'mounting the disks of the node and most other ways out of a container' },
  SYS_RAWIO: { weight: 0.9, gives: 'the memory and the disks of the node, past every permission' },
  DAC_READ_SEARCH: { weight: 0.87, gives: 'opening any file of the node by its handle' },
  BPF: { weight: 0.75, gives: 'running programs in the kernel of the node' },
  PERFMON: { weight: 0.7, gives: 'tracing every process of the node' },
  SYS_BOOT: { weight: 0.7, gives: 'starting another kernel on the node' },
  MAC_ADMIN: { weight: 0.7, gives: 'changing the mandatory access control of the node' },
  MAC_OVERRIDE: { weight: 0.7, gives: 'ignoring the mandatory access control of the node' },
  NET_ADMIN: { weight: 0.55, gives: 'rewriting addresses, routes and packet filters' },
  CHECKPOINT_RESTORE: {
    weight: 0.5,
    gives: 'choosing process ids and reading processes through their files',
  },
  SYS_PTRACE: { weight: 0.45, gives: 'reading and changing the memory of every process that it sees' },
  SYSLOG: { weight: 0.4, gives: 'the kernel log and kernel addresses of the node' },
  AUDIT_CONTROL: { weight: 0.4, gives: 'switching off the audit of the node' },
  SYS_TIME: { weight: 0.4, gives: 'setting the clock of the node' },
  SYS_RESOURCE: { weight: 0.35, gives: 'going past resource limits of the node' },
  AUDIT_READ: { weight: 0.35, gives: 'reading the audit log of the node' },
  IPC_OWNER: { weight: 0.3, gives: 'the shared memory of other users' },
  LINUX_IMMUTABLE: { weight: 0.3, gives: 'making files undeletable' },
  SYS_NICE: { weight: 0.2, gives: 'taking processor time from other workloads' },
  SYS_PACCT: { weight: 0.2, gives: 'process accounting of the node' },
  SYS_TTY_CONFIG: { weight: 0.2, gives: 'the terminals of the node' },
  NET_BROADCAST: { weight: 0.1, gives: 'broadcasts' },
  IPC_LOCK: { weight: 0.1, gives: 'locking memory' },
  LEASE: { weight: 0.1, gives: 'leases on files' },
  BLOCK_SUSPEND: { weight: 0.1, gives: 'keeping the node awake' },
  WAKE_ALARM: { weight: 0.1, gives: 'waking the node' },
  NET_RAW: { weight: 0.15, gives: 'forging packets and listening to those of its network' },
  MKNOD: { weight: 0.14, gives: 'making device files' },
  DAC_OVERRIDE: { weight: 0.14, gives: 'ignoring the permissions of files' },
  SETFCAP: { weight: 0.12, gives: 'giving capabilities to programs' },
  SETPCAP: { weight: 0.12, gives: 'handing capabilities on' },
  SETUID: { weight: 0.12, gives: 'becoming any user of the container' },
  SETGID: { weight: 0.12, gives: 'joining any group of the container' },
  SYS_CHROOT: { weight: 0.1, gives: 'changing its root folder' },
  FOWNER: { weight: 0.1, gives: 'changing files of other users' },
  CHOWN: { weight: 0.1, gives: 'changing the owner of files' },
  FSETID: { weight: 0.08, gives: 'keeping set-user-ID bits' },
  KILL: { weight: 0.08, gives: 'ending processes of other users' },
  AUDIT_WRITE: { weight: 0.08, gives: 'writing audit records' },
  NET_BIND_SERVICE: { weight: 0, gives: 'ports below 1024' },
};

/** A name that is none of the known ones: a newer kernel may know it. */
const unknown: CapabilityGrade = { weight: 0.35, gives: 'something that is not known here' };

/** containerd, CRI-O and Docker ignore case; CRI-O and Docker take the prefix as well. */
export const nameOf = (written: string): string => written.toUpperCase().replace(/^CAP_/, '');

/** What a capability gives in this pod: some give more where the pod shares something with the node. */
export function gradeOf(written: string, pod: PodSpec): CapabilityGrade {
  const name = nameOf(written);
  const grade = Object.hasOwn(grades, name) ? (grades[name] ?? unknown) : unknown;
  if (pod.hostUsers === false && grade.weight > 0.35) {
    return { weight: 0.35, gives: `${grade.gives}, as far as its own user namespace allows` };
  }
  if (name === 'SYS_PTRACE' && pod.hostPID === true) {
    return { weight: 0.92, gives: 'putting its own code into any process of the node, which it sees' };
  }
  if (name === 'NET_ADMIN' && pod.hostNetwork === true) {
    return { weight: 0.7, gives: 'redirecting the traffic of the node and of every pod on it' };
  }
  return grade;
}

/** The default capabilities that a container keeps, since it does not drop them. */
export function keptDefaults({ securityContext }: Container): readonly string[] {
  const dropped = new Set((securityContext?.capabilities?.drop ?? []).map(nameOf));
  return dropped.has('ALL') ? [] : defaults.filter((name) => !dropped.has(name));
}
