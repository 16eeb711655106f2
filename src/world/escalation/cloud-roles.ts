/** Annotations by which a cloud gives an account, or a pod itself, a role outside the cluster. */
import type { ServiceAccount } from '../objects.ts';
import { pointer } from '../workload/variants.ts';
import { refOf } from '../world.ts';
import type { Reason } from './path.ts';

export const cloudRoles: Readonly<Record<string, string>> = {
  'eks.amazonaws.com/role-arn': 'an AWS role',
  'iam.gke.io/gcp-service-account': 'a Google Cloud service account',
  'azure.workload.identity/client-id': 'an Azure identity',
  'iam.amazonaws.com/role': 'an AWS role',
};

/** Why an account has a role of a cloud; undefined if it has none. */
export function cloudRoleOf(account: ServiceAccount): Reason | undefined {
  for (const [key, role] of Object.entries(cloudRoles)) {
    if ((account.metadata.annotations[key] ?? '') === '') continue;
    const path = pointer(['metadata', 'annotations', key]);
    return { object: refOf(account), path, text: `ties it to ${role}` };
  }
  return undefined;
}
