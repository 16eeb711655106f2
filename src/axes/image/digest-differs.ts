import type { Workload } from '../../world/workload/workloads.ts';
import type { Check } from '../check.ts';
import { readableImages } from './images.ts';

/** The digests under which a container's image was pulled, of all pods; an id without one cannot be compared. */
const digestsOf = ({ imageIDs }: Workload, container: string): ReadonlySet<string> =>
  new Set(
    (Object.hasOwn(imageIDs, container) ? (imageIDs[container] ?? []) : []).flatMap((id) => {
      const at = id.indexOf('@');
      return at < 0 ? [] : id.slice(at + 1);
    }),
  );

/** While a new version rolls out its pods have another image by right. */
const hasOneImage = ({ variants }: Workload, container: string): boolean =>
  new Set(
    variants.flatMap(({ pod }) =>
      [...pod.initContainers, ...pod.containers, ...pod.ephemeralContainers]
        .filter(({ name }) => name === container)
        .map(({ image }) => image),
    ),
  ).size === 1;

export default {
  id: 'image/digest-differs',
  family: 'digest-differs',
  title: 'Runs different images under one name',
  docs: `Pods of the workload run different content under the same image name: the tag was given to another image while
    pods ran. Often that is a tag such as latest that was pushed again; it is also what an exchanged image looks
    like. Compare the digests, restart the pods, and name the image by digest.`,
  source: 'Kubernetes documentation, Images: image names',
  find: (variant, workload) =>
    variant !== workload.variants[0]
      ? [] // about all pods, so once is enough
      : readableImages(variant)
          .filter(({ container: { name } }) => hasOneImage(workload, name))
          .filter(({ container: { name } }) => digestsOf(workload, name).size > 1)
          .map(({ container: { name }, shown, evidence }) => ({
            weight: 0.3, // seldom an attack, and one of the few traces of one
            message: `pods run ${digestsOf(workload, name).size} different images under the name ${shown}`,
            evidence,
            remediation: {
              text: 'Find out which digest is right, name the image by it, and restart the pods',
              patch: [],
            },
          })),
} satisfies Check;
