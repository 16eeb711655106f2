/** The Deployments of the benchmark: what teams of different care write. */
import type { Deployment, Plan } from './objects.ts';
import type { Random } from './random.ts';

const registries = ['registry.example.com/apps', 'registry.example.com/apps', 'ghcr.io/example', 'example'];
const sidecars = ['envoy:v1.33.2', 'fluent-bit:3.2.4', 'oauth2-proxy:v7.8.1', 'statsd-exporter:v0.28.0'];
const digestOf = (random: Random): string =>
  Array.from({ length: 64 }, () => random.int(16).toString(16)).join('');

export const PORT = 8080;

export function deploymentOf(plan: Plan, random: Random): Deployment {
  const { name, namespace, nameLabel, replicas, team } = plan;
  const labels = {
    [nameLabel]: name,
    ...(random.chance(0.15) ? { 'app.kubernetes.io/part-of': namespace } : {}),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace,
      labels: { ...labels, ...(random.chance(0.6) ? { team } : {}) },
    },
    spec: {
      replicas,
      selector: { matchLabels: { [nameLabel]: name } },
      template: { metadata: { labels }, spec: podSpec(plan, random) },
    },
  };
}

function podSpec(plan: Plan, random: Random) {
  const extra = random.chance(0.15) ? 1 : random.chance(0.05) ? 2 : 0;
  const containers = [
    mainContainer(plan, random),
    ...Array.from({ length: extra }, (_, index) => sidecar(index, plan, random)),
  ];
  const volumes = volumesOf(plan);
  return {
    ...(plan.account === undefined ? {} : { serviceAccountName: plan.account }),
    ...(random.chance(0.25) ? { automountServiceAccountToken: false } : {}),
    ...podSecurity(plan),
    ...(random.chance(0.12) ? { initContainers: [migration(plan, random)] } : {}),
    containers,
    ...(volumes.length === 0 ? {} : { volumes }),
  };
}

function mainContainer(plan: Plan, random: Random) {
  const mounts = volumesOf(plan).map(({ name }) => ({ name, mountPath: `/mnt/${name}` }));
  return {
    name: 'app',
    image: imageOf(plan.name, random),
    ports: [{ name: 'http', containerPort: PORT }],
    ...environment(plan, random),
    ...(random.chance(0.25) ? resources(random) : {}),
    ...(random.chance(0.15) ? { readinessProbe: { httpGet: { path: '/ready', port: 'http' } } } : {}),
    ...containerSecurity(plan, random),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

const sidecar = (index: number, plan: Plan, random: Random) => ({
  name: `sidecar-${index + 1}`,
  image: `registry.example.com/platform/${random.pick(sidecars)}`,
  ...(plan.care === 'restricted' ? containerSecurity(plan, random) : {}),
});

const migration = (plan: Plan, random: Random) => ({
  name: 'migrate',
  image: imageOf(`${plan.name}-migrate`, random),
  args: ['--to', 'latest'],
  ...(plan.care === 'restricted' ? containerSecurity(plan, random) : {}),
});

function imageOf(name: string, random: Random): string {
  const repository = `${random.pick(registries)}/${name}`;
  if (random.chance(0.08)) return `${repository}:latest`;
  const tag = `${random.int(5)}.${random.int(20)}.${random.int(10)}`;
  return random.chance(0.15) ? `${repository}:${tag}@sha256:${digestOf(random)}` : `${repository}:${tag}`;
}

function environment({ name, config }: Plan, random: Random) {
  const fromSecret = { secretKeyRef: { name: `${name}-db`, key: 'password' } };
  const password = random.chance(0.03) ? { value: `Gx7-${name}-q2Lw` } : { valueFrom: fromSecret };
  const fromConfig = { configMapKeyRef: { name: config ?? '', key: 'region' } };
  const env = [
    ...(random.chance(0.5) ? [{ name: 'LOG_LEVEL', value: random.pick(['info', 'warn', 'debug']) }] : []),
    ...(random.chance(0.35) ? [{ name: 'DB_HOST', value: `${name}-db.data.svc` }] : []),
    ...(random.chance(0.25) ? [{ name: 'DB_PASSWORD', ...password }] : []),
    ...(config === undefined ? [] : [{ name: 'REGION', valueFrom: fromConfig }]),
  ];
  return env.length === 0 ? {} : { env };
}

const resources = (random: Random) => ({
  resources: {
    requests: { cpu: `${10 + random.int(3) * 10}m`, memory: `${32 * (1 + random.int(3))}Mi` },
    limits: { memory: `${128 * (1 + random.int(4))}Mi` },
  },
});

function podSecurity({ care }: Plan) {
  const seccompProfile = { type: 'RuntimeDefault' };
  switch (care) {
    case 'restricted':
      return { securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile } };
    case 'some':
      return { securityContext: { runAsNonRoot: true } };
    default:
      return {};
  }
}

function containerSecurity({ care }: Plan, random: Random) {
  switch (care) {
    case 'restricted':
      return {
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      };
    case 'some':
      return random.chance(0.5) ? { securityContext: { allowPrivilegeEscalation: false } } : {};
    case 'takeover':
      return random.chance(0.5) ? { securityContext: { privileged: true } } : {};
    case 'none':
      return {};
  }
}

const volumesOf = ({ care }: Plan) => [
  ...(care === 'restricted' ? [{ name: 'tmp', emptyDir: {} }] : []),
  ...(care === 'takeover' ? [{ name: 'host', hostPath: { path: '/var/run/docker.sock' } }] : []),
];
