import type { Credential } from '../../world/objects.ts';
import { pointer, type Variant } from '../../world/workload/variants.ts';
import { refOf } from '../../world/world.ts';
import type { Surroundings } from '../../world/surroundings/surroundings.ts';
import type { Check, Evidence, Found } from '../check.ts';
import { commandsOf, holdersOf, withArticle } from './places.ts';

/** Nobody has to read anything to have it, unlike a plain one; in the middle of a file it may be an example. */
const weights = { clear: 0.8, unclear: 0.65 };

export default {
  id: 'secrets/guessable-credential',
  family: 'guessable-credential',
  title: 'A credential is a well-known default, or easy to guess',
  docs: `The value is one of those that are tried first: a default that is in the product's manual, the name of the user
    or of the product, or a common word with some digits. Whoever reaches the port gets in without having read
    anything, so to move it into a Secret does not help. Generate a random value of 16 characters or more, set it at
    the server and its clients, and keep it in a Secret.`,
  source: 'CWE-1392: Use of Default Credentials; CWE-521: Weak Password Requirements',
  find: (variant, workload, around) => [
    ...inContainers(variant),
    ...(variant === workload.variants[0] ? inConfigMaps(around) : []),
  ],
} satisfies Check;

const inContainers = (variant: Variant): readonly Found[] =>
  holdersOf(variant).flatMap(({ container, evidence }) => [
    ...container.env.flatMap(({ name, credential }, index) =>
      foundIn(credential, `variable ${name} of container ${container.name}`, weightOf, [
        evidence('env', index, 'value'),
      ]),
    ),
    ...commandsOf(container).flatMap(({ credential, where, path }) =>
      foundIn(credential, `${where} of container ${container.name}`, weightOf, [evidence(...path)]),
    ),
  ]);

const inConfigMaps = ({ configMaps }: Surroundings): readonly Found[] =>
  [...configMaps.values()].flatMap((configMap) =>
    Object.entries(configMap.credentials).flatMap(([key, credential]) =>
      foundIn(credential, `key ${key} of ConfigMap ${configMap.metadata.name}`, weightInFile, [
        { object: refOf(configMap), path: pointer(['data', key]) },
      ]),
    ),
  );

const weightOf = ({ kind }: Credential): number =>
  kind.startsWith('password') ? weights.clear : weights.unclear;

const weightInFile = (credential: Credential): number =>
  credential.by === 'pattern' ? weightOf(credential) : weights.unclear;

function foundIn(
  credential: Credential | undefined,
  where: string,
  weight: (credential: Credential) => number,
  evidence: readonly Evidence[],
): readonly Found[] {
  if (credential?.weak !== true) return [];
  return [
    {
      weight: weight(credential),
      message: `${where}: what looks like ${withArticle(credential)} is a well-known default or easy to guess`,
      evidence,
      remediation: {
        text: 'Replace it by a long random value at the server and its clients, and keep that in a Secret',
        patch: [],
      },
    },
  ];
}
