/** What a path of the node gives to whoever can write or read it. */

export interface HostPathGrade {
  readonly weight: number;
  readonly gives: string;
  /** The path, or something in it, is known; otherwise it is just some folder. */
  readonly known: boolean;
  /** What falls with it, where that is more than the node. */
  readonly consequence?: 'all-secrets';
}

/** How a container uses the path. */
export interface Use {
  readonly write: boolean;
  /** It runs as root, or may: root of a container is root of the node to the files of the node. */
  readonly root: boolean;
}

interface Entry {
  readonly paths: readonly string[];
  readonly gives: string;
  /** Weight for root that can write; for root that can only read; for any other user. */
  readonly write: number;
  readonly read: number;
  readonly user: number;
  readonly consequence?: 'all-secrets';
}

/**
 * Each path stands for everything below it, the longest counts; and what contains a path gives what the path gives.
 * `/run` is `/var/run`.
 */
const entries: readonly Entry[] = [
  {
    paths: [
      '/run/docker.sock',
      '/run/docker',
      '/run/containerd',
      '/run/crio',
      '/run/cri-dockerd.sock',
      '/run/dockershim.sock',
      '/run/podman',
      '/run/k3s/containerd',
      '/pipe/docker_engine',
      '/pipe/containerd-containerd',
    ],
    gives: 'the container runtime, which starts privileged containers for it',
    write: 0.93,
    read: 0.93, // a read-only mount does not keep anyone from connecting to a socket
    user: 0.65, // needs the group of the socket
  },
  {
    paths: ['/run/systemd/private', '/run/dbus/system_bus_socket'],
    gives: 'the init system, which starts any program as root',
    write: 0.9,
    read: 0.9,
    user: 0.3,
  },
  {
    paths: [
      '/var/lib/etcd',
      '/var/lib/minikube/etcd',
      '/var/lib/rancher/k3s/server',
      '/var/lib/rancher/rke2',
    ],
    gives: 'the database of the cluster, with every Secret',
    write: 0.94,
    read: 0.92,
    user: 0.35,
    consequence: 'all-secrets',
  },
  {
    paths: ['/etc/kubernetes', '/var/lib/minikube/certs'],
    gives:
      "the pods that the kubelet starts by itself, its credentials, and the cluster's keys on some nodes",
    write: 0.93,
    read: 0.8,
    user: 0.35,
  },
  {
    paths: ['/etc/kubernetes/scheduler.conf', '/etc/kubernetes/controller-manager.conf'],
    gives: 'the credentials of a control plane component',
    write: 0.5,
    read: 0.4,
    user: 0.2,
  },
  {
    paths: ['/var/lib/kubelet'],
    gives: "the kubelet's credentials, and the tokens and Secrets of every pod of the node",
    write: 0.93,
    read: 0.88,
    user: 0.35,
  },
  {
    paths: ['/var/lib/kubelet/pods'],
    gives: 'the tokens, Secrets and volumes of every pod of the node',
    write: 0.8,
    read: 0.75,
    user: 0.35,
  },
  {
    paths: [
      '/var/lib/kubelet/plugins',
      '/var/lib/kubelet/plugins_registry',
      '/var/lib/kubelet/device-plugins',
    ],
    gives: 'the sockets through which the kubelet talks to its plugins',
    write: 0.4,
    read: 0.15,
    user: 0.15,
  },
  {
    paths: ['/var/lib/kubelet/pod-resources'],
    gives: 'the list of devices that pods have',
    write: 0.15,
    read: 0.15,
    user: 0.1,
  },
  {
    paths: ['/var/lib/docker', '/var/lib/containerd', '/var/lib/containers', '/var/lib/rancher/k3s/agent'],
    gives: 'the files of every container of the node',
    write: 0.92,
    read: 0.75,
    user: 0.3,
  },
  {
    paths: ['/var/lib/docker/containers'],
    gives: 'the logs and settings of every container of the node, environment variables too',
    write: 0.6,
    read: 0.5,
    user: 0.2,
  },
  {
    paths: ['/opt/cni/bin', '/usr/libexec/kubernetes'],
    gives: 'programs that the node runs as root for every pod',
    write: 0.92,
    read: 0.1,
    user: 0.15,
  },
  {
    paths: ['/etc/cni'],
    gives: "the network configuration of every pod, and the network plugin's credentials",
    write: 0.6,
    read: 0.4,
    user: 0.15,
  },
  {
    paths: [
      '/etc/cron.d',
      '/etc/cron.hourly',
      '/etc/cron.daily',
      '/etc/crontab',
      '/var/spool/cron',
      '/etc/systemd',
      '/lib/systemd',
      '/usr/lib/systemd',
      '/run/systemd/system',
      '/etc/init.d',
      '/etc/rc.local',
      '/etc/profile.d',
      '/etc/ld.so.preload',
      '/etc/udev',
      '/etc/modprobe.d',
      '/etc/pam.d',
      '/etc/sudoers',
      '/etc/sudoers.d',
      '/etc/passwd',
      '/etc/group',
    ],
    gives: 'what the node starts or trusts as root',
    write: 0.92,
    read: 0.1,
    user: 0.15,
  },
  {
    paths: ['/etc/shadow', '/etc/ssh'],
    gives: 'the passwords or keys with which people log in to the node',
    write: 0.92,
    read: 0.55,
    user: 0.15,
  },
  {
    paths: ['/etc/docker', '/etc/containerd', '/etc/crio'],
    gives: 'how containers are started, and credentials of registries',
    write: 0.88,
    read: 0.35,
    user: 0.15,
  },
  {
    paths: [
      '/bin',
      '/sbin',
      '/lib',
      '/lib64',
      '/usr/bin',
      '/usr/sbin',
      '/usr/lib',
      '/usr/lib64',
      '/usr/local/bin',
      '/usr/local/sbin',
      '/boot',
    ],
    gives: 'programs that the node runs as root',
    write: 0.92,
    read: 0.1,
    user: 0.15,
  },
  {
    paths: ['/lib/modules', '/usr/lib/modules'],
    gives: 'the modules that the kernel of the node loads',
    write: 0.88,
    read: 0.05,
    user: 0.05,
  },
  {
    paths: ['/root'],
    gives: "the keys and start-up files of the node's root",
    write: 0.92,
    read: 0.75,
    user: 0.2,
  },
  {
    paths: ['/home'],
    gives: 'the keys and start-up files of those who log in to the node',
    write: 0.8,
    read: 0.7,
    user: 0.3,
  },
  {
    paths: ['/proc', '/proc/sys'],
    gives: "the node's processes, and a kernel setting that runs a program as root",
    write: 0.92,
    read: 0.5,
    user: 0.2,
  },
  {
    paths: ['/sys', '/sys/kernel'],
    gives: "the node's kernel and devices, and a setting that runs a program as root",
    write: 0.9,
    read: 0.25,
    user: 0.1,
  },
  {
    paths: ['/sys/fs/cgroup', '/sys/class', '/sys/devices', '/sys/bus'],
    gives: 'the limits and devices of every workload of the node',
    write: 0.7,
    read: 0.15,
    user: 0.1,
  },
  {
    paths: ['/sys/fs/bpf', '/sys/kernel/debug', '/sys/kernel/tracing'],
    gives: 'programs and traces in the kernel of the node',
    write: 0.65,
    read: 0.35,
    user: 0.1,
  },
  { paths: ['/dev'], gives: 'the devices of the node', write: 0.6, read: 0.4, user: 0.15 },
  { paths: ['/dev/shm'], gives: 'shared memory of the node', write: 0.4, read: 0.3, user: 0.2 },
  {
    paths: ['/dev/log', '/dev/kvm', '/dev/net', '/dev/dri', '/dev/fuse', '/dev/infiniband'],
    gives: 'one device of the node',
    write: 0.2,
    read: 0.15,
    user: 0.1,
  },
  {
    paths: ['/var/log'],
    gives: "the other workloads' logs; through links in it, other files of the node",
    write: 0.55,
    read: 0.4,
    user: 0.2,
  },
  {
    paths: ['/tmp', '/var/tmp'],
    gives: 'temporary files of the node, which others write and trust',
    write: 0.4,
    read: 0.25,
    user: 0.2,
  },
  {
    paths: ['/run/xtables.lock', '/usr/src', '/usr/share', '/run/udev'],
    gives: 'files of the node without secrets',
    write: 0.15,
    read: 0.05,
    user: 0.05,
  },
  {
    paths: ['/etc/ssl', '/etc/pki', '/etc/ca-certificates', '/usr/local/share/ca-certificates'],
    gives: 'the certificates that the node trusts',
    write: 0.45,
    read: 0.05,
    user: 0.05,
  },
  {
    paths: [
      '/usr/share/ca-certificates',
      '/etc/localtime',
      '/etc/timezone',
      '/etc/machine-id',
      '/etc/os-release',
      '/etc/hostname',
      '/etc/hosts',
      '/etc/resolv.conf',
    ],
    gives: 'settings of the node',
    write: 0.35,
    read: 0.05,
    user: 0.05,
  },
];

const byPath = entries
  .flatMap((entry) => entry.paths.map((path) => ({ path, entry })))
  .sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1));

const ROOT = '/';

/** The whole disk gives everything in the table; its files that anyone may read are many. */
const whole: Entry = {
  paths: [ROOT],
  gives: 'the whole file system of the node, and so the node',
  write: 0.94,
  read: 0.93,
  user: 0.55,
};

const other: Entry = { paths: [], gives: 'files of the node', write: 0.5, read: 0.3, user: 0.2 };

/** `/a//b/../c/` is `/a/c`; `C:\a` is `/a`; `/var/run` is `/run`. */
export function normalise(path: string): string {
  const segments: string[] = [];
  for (const segment of path
    .replaceAll('\\', '/')
    .replace(/^[A-Za-z]:/, '')
    .split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const [first, second, ...rest] = segments;
  return `/${(first === 'var' && second === 'run' ? ['run', ...rest] : segments).join('/')}`;
}

/** What someone gets who uses this path of the node in this way: the worst of what it is, and of what is in it. */
export function gradeOf(path: string, use: Use): HostPathGrade {
  const clean = normalise(path);
  if (clean === ROOT) return { ...gradeAs(whole, use), known: true };
  const own = byPath.find((item) => clean === item.path || clean.startsWith(`${item.path}/`))?.entry;
  const inside = byPath.filter((item) => item.path.startsWith(`${clean}/`)).map(({ entry }) => entry);
  const candidates = [...(own === undefined ? [] : [own]), ...inside].map((entry) => gradeAs(entry, use));
  const [worst] = candidates.sort((a, b) => b.weight - a.weight);
  return worst === undefined ? { ...gradeAs(other, use), known: false } : { ...worst, known: true };
}

function gradeAs({ gives, write, read, user, consequence }: Entry, use: Use): Omit<HostPathGrade, 'known'> {
  const asRoot = use.write ? write : read;
  return {
    weight: use.root ? asRoot : Math.min(asRoot, user),
    gives,
    ...(consequence === undefined ? {} : { consequence }),
  };
}
