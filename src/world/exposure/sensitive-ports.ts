/**
 * Ports that give much to whoever connects, by their well-known numbers; a number that many other programs use as well
 * (8080, 8888, 9000) only where the image is of a program that is known to listen there.
 */
import type { Protocol } from './ports.ts';

/** What a service behind a port gives: how much it weighs is decided by how far it is open. */
export type Sensitivity = 'control' | 'data';

export interface SensitivePort {
  readonly port: number;
  readonly protocol: Protocol;
  readonly sensitivity: Sensitivity;
  readonly what: string;
  /** Only in a container of such an image, by the names in its repository. */
  readonly image?: RegExp;
}

const control = (port: number, what: string): SensitivePort => ({
  port,
  protocol: 'TCP',
  sensitivity: 'control',
  what,
});
const data = (port: number, what: string, protocol: Protocol = 'TCP'): SensitivePort => ({
  port,
  protocol,
  sensitivity: 'data',
  what,
});

/** Consoles and dashboards: the image, its port, what it gives. */
const consoles: readonly (readonly [image: RegExp, port: number, sensitivity: Sensitivity, what: string])[] =
  [
    // webhooks and metrics-server listen on 10250 as well
    [/kubelet/, 10250, 'control', 'the kubelet: runs commands in every pod of its node'],
    [/kubelet/, 10255, 'data', "the kubelet's read-only port"],
    [/kubernetesui\/dashboard|kubernetes-dashboard/, 8443, 'control', 'the Kubernetes dashboard'],
    [/kubernetesui\/dashboard|kubernetes-dashboard/, 9090, 'control', 'the Kubernetes dashboard without TLS'],
    [/headlamp/, 4466, 'control', 'the Headlamp dashboard'],
    [/portainer/, 9000, 'control', 'Portainer: rules its cluster'],
    [/portainer/, 9443, 'control', 'Portainer: rules its cluster'],
    [/weaveworks\/scope/, 4040, 'control', 'Weave Scope: a shell in every container'],
    [/argocd/, 8080, 'control', 'Argo CD'],
    [/argocli|argo-server/, 2746, 'control', 'Argo Workflows: runs any container'],
    [/tekton.*dashboard/, 9097, 'control', 'the Tekton dashboard'],
    [/chaos-dashboard/, 2333, 'control', 'the Chaos Mesh dashboard'],
    [/rancher\/rancher$/, 443, 'control', 'Rancher: rules its clusters'],
    [/jenkins/, 8080, 'control', 'Jenkins: runs any code'],
    [/jenkins/, 50000, 'control', "Jenkins' agents"],
    [/airflow/, 8080, 'control', 'Airflow: runs any code'],
    [/jupyter|notebook/, 8888, 'control', 'Jupyter: runs any code'],
    [/jupyterhub/, 8000, 'control', 'JupyterHub: runs any code'],
    [/jupyterhub/, 8081, 'control', "JupyterHub's own API"],
    [/ml-pipeline\/frontend/, 3000, 'control', 'Kubeflow Pipelines: runs any code'],
    [/kubeflow.*centraldashboard/, 8082, 'control', 'the Kubeflow dashboard'],
    [/(^|\/)ray(-|$)/, 10001, 'control', 'the Ray client server: runs any code'],
    [/nifi/, 8080, 'control', 'NiFi: runs any code'],
    [/nifi/, 8443, 'control', 'NiFi: runs any code'],
    [/hadoop|yarn/, 8088, 'control', 'YARN: runs any code'],
    [/code-server|openvscode/, 8080, 'control', 'an editor with a shell'],
    [/n8n/, 5678, 'control', 'n8n: runs any code'],
    [/node-red/, 1880, 'control', 'Node-RED: runs any code'],
    [/selenium/, 4444, 'control', 'Selenium: a browser for everyone'],
    [/zeppelin/, 8080, 'control', 'Zeppelin: runs any code'],
    [/flink/, 8081, 'control', 'Flink: runs any code'],
    [/consul/, 8500, 'control', 'Consul: runs any code, where script checks are on'],
    [/longhorn/, 8000, 'control', 'the Longhorn dashboard: all volumes'],
    [/grafana\/grafana/, 3000, 'data', 'Grafana'],
    [/prometheus$/, 9090, 'data', 'Prometheus'],
    [/traefik/, 8080, 'data', 'the Traefik dashboard'],
    [/phpmyadmin|pgadmin/, 80, 'data', 'a database console'],
    [/adminer/, 8080, 'data', 'a database console'],
    [/mongo-express|redis-commander/, 8081, 'data', 'a database console'],
    [/rethinkdb/, 8080, 'data', 'the RethinkDB console'],
    [/mlflow/, 5000, 'data', 'MLflow: models and their data'],
    [/vllm/, 8000, 'data', 'vLLM: its model, mostly without a password'],
    [/tritonserver/, 8000, 'data', 'Triton: its models, without a password'],
    [/tritonserver/, 8001, 'data', 'Triton: its models, without a password'],
    [/bentoml/, 3000, 'data', 'BentoML: its models, without a password'],
    [/(^|\/)registry$/, 5000, 'data', 'a registry of images'],
    [/kafka-ui|akhq/, 8080, 'data', 'a Kafka console'],
    [/minio/, 9000, 'data', 'MinIO'],
    [/minio/, 9001, 'data', 'the MinIO console'],
  ];

/** The entry for a port of a container, if it is such a one. */
export function sensitivityOf(port: number, protocol: string, image = ''): SensitivePort | undefined {
  const candidates = byNumber.get(port);
  if (candidates === undefined) return undefined;
  const repository = image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
  return candidates.find(
    (one) => one.protocol === protocol && (one.image === undefined || one.image.test(repository)),
  );
}

/** `control`: who connects runs code or rules the machine, often without a password. `data`: stored data. */
const sensitivePorts: readonly SensitivePort[] = [
  control(22, 'SSH'),
  control(23, 'Telnet'),
  control(2222, 'SSH'),
  control(2375, 'the Docker API without TLS: root on its host'),
  control(2376, 'the Docker API'),
  control(2379, 'etcd: whatever it stores, by default without a password'),
  control(2380, 'etcd peers'),
  control(3389, 'remote desktop'),
  control(5005, 'the Java debugger: runs any code'),
  control(5900, 'VNC: a remote desktop'),
  control(6066, 'the Spark submission server: runs any code'),
  control(7077, 'the Spark master: runs any code'),
  control(7681, 'a terminal in the browser'),
  control(8265, 'the Ray dashboard: runs any code'),
  control(8786, 'the Dask scheduler: runs any code'),
  control(9229, 'the Node.js inspector: runs any code'),
  control(44134, "Helm's Tiller: what it may do, everyone may"),
  data(21, 'FTP'),
  data(389, 'LDAP'),
  data(445, 'SMB'),
  data(873, 'rsync'),
  data(1433, 'SQL Server'),
  data(1521, 'Oracle Database'),
  data(2049, 'NFS'),
  data(2181, 'ZooKeeper'),
  data(3306, 'MySQL'),
  data(4369, 'the Erlang port mapper'),
  data(5432, 'PostgreSQL'),
  data(5601, 'Kibana'),
  data(5672, 'RabbitMQ'),
  data(5984, 'CouchDB'),
  data(6379, 'Redis'),
  data(7687, 'Neo4j'),
  data(8086, 'InfluxDB'),
  data(8200, 'Vault'),
  data(8983, 'Solr'),
  data(9042, 'Cassandra'),
  data(9092, 'Kafka'),
  data(9200, 'Elasticsearch'),
  data(9300, 'Elasticsearch between its nodes'),
  data(11211, 'Memcached'),
  data(11211, 'Memcached', 'UDP'),
  data(11434, 'Ollama: its models, without a password'),
  data(15672, 'the RabbitMQ console'),
  data(26257, 'CockroachDB'),
  data(27017, 'MongoDB'),
  data(28015, 'RethinkDB'),
  ...consoles.map(
    ([image, port, sensitivity, what]): SensitivePort => ({
      port,
      protocol: 'TCP',
      sensitivity,
      what,
      image,
    }),
  ),
];

const byNumber = Map.groupBy(sensitivePorts, ({ port }) => port);
