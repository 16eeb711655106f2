/** From what a scan found to findings: the same words and places for every kind of threat. */
import type { Surroundings } from '../../world/surroundings/surroundings.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { RankedVulnerability, Threat } from '../../world/surroundings/vulnerabilities.ts';
import type { Found } from '../check.ts';
import { imagesOf } from './images.ts';

interface Judgement {
  readonly weight: number;
  /** Follows `<id> in <package>`. */
  readonly says: string;
}

/** The worst vulnerability of one threat in each image of the variant. */
export function foundOf(
  variant: Variant,
  { vulnerabilities }: Surroundings,
  threat: Threat,
  judge: (vulnerability: RankedVulnerability) => Judgement,
): readonly Found[] {
  return imagesOf(variant).flatMap(({ text, shown, evidence }): readonly Found[] => {
    const ranked = (vulnerabilities.get(text)?.worst ?? []).filter((one) => one.threat === threat);
    const judged = ranked.map((one) => ({ one, ...judge(one) })).toSorted((a, b) => b.weight - a.weight);
    const [worst] = judged;
    if (worst === undefined) return [];
    const more = ranked.reduce((sum, { count }) => sum + count, 0) - 1;
    return [
      {
        weight: worst.weight,
        message: `image ${shown} has ${worst.one.id}${packageOf(worst.one)}: ${worst.says}${more === 0 ? '' : `; ${more} more of this kind`}`,
        evidence,
        remediation: { text: remedyOf(worst.one), patch: [] },
      },
    ];
  });
}

const packageOf = ({ resource, installedVersion }: RankedVulnerability): string =>
  resource === '' ? '' : ` in ${[resource, installedVersion].filter((part) => part !== undefined).join(' ')}`;

const remedyOf = ({ id, resource, fixedVersion }: RankedVulnerability): string =>
  fixedVersion === undefined
    ? `No fixed version of ${resource === '' ? 'the package' : resource} is known: take an image without it, or keep the workload out of reach until there is one`
    : `Take an image in which ${resource === '' ? id : resource} is ${fixedVersion} or later`;
