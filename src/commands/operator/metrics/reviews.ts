/** Asks the API server whose a token is, and whether they may `get` the path /metrics. */
import type { Connection } from '../../../observe/connection.ts';
import { isRecord } from '../../../observe/shapes/shape.ts';

const LIMIT = 5_000;

/** @throws StatusError or undici's errors when it cannot be asked */
export async function reviewMetricsReader(
  connection: Connection,
  token: string,
): Promise<'allowed' | 'unknown' | 'forbidden'> {
  const signal = AbortSignal.timeout(LIMIT);
  const review = async (group: string, kind: string, spec: object) => {
    const answer = await connection.json({
      method: 'POST',
      path: `/apis/${group}/v1/${kind.toLowerCase()}s`,
      body: JSON.stringify({ apiVersion: `${group}/v1`, kind, spec }),
      signal,
    });
    return isRecord(answer) && isRecord(answer['status']) ? answer['status'] : {};
  };
  const who = await review('authentication.k8s.io', 'TokenReview', { token });
  if (who['authenticated'] !== true || !isRecord(who['user'])) return 'unknown';
  const { username, uid, groups, extra } = who['user'];
  const may = await review('authorization.k8s.io', 'SubjectAccessReview', {
    user: username,
    uid,
    groups,
    extra,
    nonResourceAttributes: { path: '/metrics', verb: 'get' },
  });
  return may['allowed'] === true && may['denied'] !== true ? 'allowed' : 'forbidden';
}
