/** The places where a pod breaks a control of the Pod Security Standards, as evidence. */
import { wordingAt } from '../../world/pod-security/control.ts';
import { controls } from '../../world/pod-security/level.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Evidence } from '../check.ts';

/** @param id the id of the admission plugin's check, judged by the latest version of the standard */
export function placesOf(id: string, variant: Variant): readonly Evidence[] {
  const control = controls.find((item) => item.id === id);
  const wording = control === undefined ? undefined : wordingAt(control, 'latest');
  return (wording?.violations(variant) ?? []).map((place) => ({ object: variant.ref, ...place }));
}
