/**
 * Ports that give much to whoever connects, by their well-known numbers. Numbers that many other programs use
 * as well (8500, 8888, 9000) say nothing and are left out.
 */
import type { Protocol } from '../../world/exposure/ports.ts';

/** What a service behind a port gives: how much it weighs is decided by how far it is open. */
export type Sensitivity = 'control' | 'data';

export interface SensitivePort {
  readonly port: number;
  readonly protocol: Protocol;
  readonly sensitivity: Sensitivity;
  readonly what: string;
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

/** `control`: who connects runs code or rules the machine, often without a password. `data`: stored data. */
export const sensitivePorts: readonly SensitivePort[] = [
  control(22, 'SSH'),
  control(23, 'Telnet'),
  control(2375, 'the Docker API without TLS: root on its host'),
  control(2376, 'the Docker API'),
  control(2379, 'etcd: whatever it stores, by default without a password'),
  control(2380, 'etcd peers'),
  control(3389, 'remote desktop'),
  control(5005, 'the Java debugger: runs any code'),
  control(5900, 'VNC: a remote desktop'),
  control(6066, 'the Spark submission server: runs any code'),
  control(8786, 'the Dask scheduler: runs any code'),
  control(9229, 'the Node.js inspector: runs any code'),
  data(389, 'LDAP'),
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
  data(9042, 'Cassandra'),
  data(9092, 'Kafka'),
  data(9200, 'Elasticsearch'),
  data(9300, 'Elasticsearch between its nodes'),
  data(11211, 'Memcached'),
  data(11211, 'Memcached', 'UDP'),
  data(15672, 'the RabbitMQ console'),
  data(26257, 'CockroachDB'),
  data(27017, 'MongoDB'),
  data(28015, 'RethinkDB'),
];
