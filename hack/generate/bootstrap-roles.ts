/**
 * Writes src/observe/files/bootstrap.json: the roles and bindings that every API server brings when it starts, as a
 * running one holds them. Needs `kubectl` and a KUBECONFIG: see hack/control-plane. Run it for each new version.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../../src/observe/shapes/shape.ts';

const target = join(import.meta.dirname, '../../src/observe/files/bootstrap.json');
const KINDS = 'clusterroles,clusterrolebindings,roles,rolebindings';
const MARK = 'kubernetes.io/bootstrapping';

const kubectl = (...args: readonly string[]): Record<string, unknown> => {
  const text = execFileSync('kubectl', [...args, '-o', 'json'], { encoding: 'utf8', maxBuffer: 64 << 20 });
  return JSON.parse(text) as Record<string, unknown>;
};

/** What an assessment reads; an aggregated role gets its rules from others, in files as in a cluster. */
function slimmed(item: Record<string, unknown>): Record<string, unknown> {
  const { kind, metadata, rules, aggregationRule, roleRef, subjects } = item;
  const { name, namespace, labels } = metadata as Record<string, unknown>;
  const { [MARK]: _, ...otherLabels } = labels as Record<string, unknown>;
  return {
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(Object.keys(otherLabels).length === 0 ? {} : { labels: otherLabels }),
    },
    ...(aggregationRule === undefined ? { rules } : { aggregationRule }),
    ...(isRecord(roleRef) ? { roleRef: { kind: roleRef['kind'], name: roleRef['name'] } } : {}),
    subjects,
  };
}

const { items } = kubectl('get', KINDS, '--all-namespaces', '--selector', `${MARK}=rbac-defaults`);
const { serverVersion } = kubectl('version');
const { gitVersion } = serverVersion as { gitVersion: string };
const lines = (items as readonly Record<string, unknown>[]).map((item) => JSON.stringify(slimmed(item)));
// one object a line: what a new version changes shows in the difference
writeFileSync(target, `{"kubernetes":"${gitVersion}","objects":[\n${lines.sort().join(',\n')}\n]}\n`);
