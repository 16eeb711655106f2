/** The shapes of ConfigMaps (as redacted) and of scanners' reports. */
import type * as slim from '../../world/objects.ts';
import { head, lifted, metadata, strings } from './metadata.ts';
import { list, map, number, object, optional, type Shape, string, withDefault } from './shape.ts';

/** Fields that redact.ts wrote in place of `data` and `binaryData`. */
export const configMap = object<slim.ConfigMap>({
  ...head,
  keys: strings,
  credentials: map(object<slim.Credential>({ kind: string, by: string as Shape<slim.Credential['by']> })),
});

const vulnerability: Shape<slim.Vulnerability> = (value) => {
  const { vulnerabilityID, ...rest } = object<Omit<slim.Vulnerability, 'id'> & { vulnerabilityID: string }>({
    vulnerabilityID: string,
    severity: withDefault(string, 'UNKNOWN'),
    score: optional(number),
    resource: withDefault(string, ''),
    installedVersion: optional(string),
    fixedVersion: optional(string),
  })(value);
  return { id: vulnerabilityID, ...rest };
};

const reportBody = object<{
  artifact: { repository: string; tag?: string | undefined; digest?: string | undefined };
  registry: { server: string };
  vulnerabilities: readonly slim.Vulnerability[];
}>({
  artifact: withDefault(
    object<{ repository: string; tag?: string | undefined; digest?: string | undefined }>({
      repository: withDefault(string, ''),
      tag: optional(string),
      digest: optional(string),
    }),
    { repository: '' },
  ),
  registry: withDefault(object<{ server: string }>({ server: withDefault(string, '') }), { server: '' }),
  vulnerabilities: list(vulnerability),
});

export const vulnerabilityReport: Shape<slim.VulnerabilityReport> = (value) => {
  return lifted<slim.VulnerabilityReport, ReturnType<typeof reportBody>>(
    'report',
    reportBody,
    (body, raw) => {
      const marks = metadata(raw['metadata']).labels;
      const { repository, tag, digest } = body.artifact;
      const { server } = body.registry;
      return {
        container: marks['trivy-operator.container.name'] ?? '',
        resource: {
          kind: marks['trivy-operator.resource.kind'] ?? '',
          name: marks['trivy-operator.resource.name'] ?? '',
        },
        image: `${server === '' ? '' : `${server}/`}${repository}${tag === undefined ? '' : `:${tag}`}`,
        ...(digest === undefined ? {} : { digest }),
        vulnerabilities: body.vulnerabilities,
      };
    },
  )(value);
};
