import type { Check } from '../check.ts';

/** Seconds. The cloud providers' webhooks ask for a day; nothing needs more, as the kubelet renews the file. */
const DAY = 86_400;
const HOUR = 3600;

export default {
  id: 'secrets/long-lived-token',
  family: 'long-lived-token',
  title: 'Asks for a token that lives longer than a day',
  docs: `A projected token is renewed by the kubelet long before it ends, so a short life costs nothing, while a stolen
    copy works until its end or until the pod is gone. Ask for an hour, which is also the default.`,
  source: 'Kubernetes: TokenRequest, projected service account tokens',
  find: ({ ref, pod, at, drifted }) =>
    pod.volumes.flatMap(({ name, projected }, index) =>
      (projected?.sources ?? []).flatMap(({ serviceAccountToken: token }, part) => {
        if ((token?.expirationSeconds ?? 0) <= DAY) return [];
        const path = at(
          'volumes',
          index,
          'projected',
          'sources',
          part,
          'serviceAccountToken',
          'expirationSeconds',
        );
        const isLive = drifted || ref.name.endsWith('-*');
        return {
          weight: 0.2,
          message: `volume ${name} asks for a token that lives ${Math.floor((token?.expirationSeconds ?? 0) / HOUR)} hours`,
          evidence: [{ object: ref, path }],
          remediation: {
            text: 'Set expirationSeconds to 3600: the kubelet renews the token in time',
            patch: isLive ? [] : [{ object: ref, op: 'replace' as const, path, value: HOUR }],
          },
        };
      }),
    ),
} satisfies Check;
