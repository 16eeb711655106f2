import type { Check } from '../check.ts';
import { isFirst } from './context.ts';

export default {
  id: 'labels/service-selects-others',
  family: 'selection',
  title: 'Shares a Service with pods that are something else',
  docs: `A Service sends its callers to every pod that has its labels. Here it selects this workload together with
    another application or component, so requests, and what is in them, reach pods that they are not meant for; an
    intruder in one receives the other's traffic. Canaries and colours of one application are fine. Select a label
    that only the meant pods have, such as app.kubernetes.io/component.`,
  source: 'Kubernetes documentation, Service: selectors',
  find: (variant, workload, { sharedServices }) =>
    !isFirst(variant, workload)
      ? []
      : sharedServices.map(({ service, others }) => ({
          weight: 0.2,
          message: `Service ${service.name} sends its callers to this and to ${others.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`,
          evidence: [
            { object: service, path: '/spec/selector' },
            { object: variant.ref, path: variant.meta('labels') },
          ],
          remediation: {
            text: `Let Service ${service.name} select a label that only the meant pods have`,
            patch: [],
          },
        })),
} satisfies Check;
