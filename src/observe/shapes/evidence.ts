/** The shapes of ConfigMaps (as redacted) and of scanners' reports. */
import type * as slim from '../../world/objects.ts';
import { head, lifted, metadata, strings } from './metadata.ts';
import { credential } from './pod.ts';
import { boolean, list, map, number, object, optional, type Shape, string, withDefault } from './shape.ts';

/** Fields that redact.ts wrote in place of `data` and `binaryData`. */
export const configMap = object<slim.ConfigMap>({
  ...head,
  keys: strings,
  credentials: map(credential),
});

/** Scanners write an empty text where there is nothing to say. */
const optionalText: Shape<string | undefined> = (value) => {
  const text = optional(string)(value);
  return text === '' ? undefined : text;
};

const vulnerability: Shape<slim.Vulnerability> = (value) => {
  const { vulnerabilityID, ...rest } = object<Omit<slim.Vulnerability, 'id'> & { vulnerabilityID: string }>({
    vulnerabilityID: string,
    severity: withDefault(string, 'UNKNOWN'),
    score: optional(number),
    resource: withDefault(string, ''),
    installedVersion: optionalText,
    fixedVersion: optionalText,
  })(value);
  return { id: vulnerabilityID, ...rest };
};

interface ReportBody {
  readonly artifact: {
    readonly repository: string;
    readonly tag?: string | undefined;
    readonly digest?: string | undefined;
  };
  readonly registry: { readonly server: string };
  readonly os?: slim.VulnerabilityReport['os'];
  readonly vulnerabilities: readonly slim.Vulnerability[];
}

const reportBody = object<ReportBody>({
  artifact: withDefault(
    object<ReportBody['artifact']>({
      repository: withDefault(string, ''),
      tag: optionalText,
      digest: optionalText,
    }),
    { repository: '' },
  ),
  registry: withDefault(object<ReportBody['registry']>({ server: withDefault(string, '') }), { server: '' }),
  os: optional(
    object<NonNullable<ReportBody['os']>>({
      family: withDefault(string, ''),
      name: withDefault(string, ''),
      eosl: withDefault(boolean, false),
    }),
  ),
  vulnerabilities: list(vulnerability),
});

const MARK = 'trivy-operator.';

export const vulnerabilityReport: Shape<slim.VulnerabilityReport> = lifted<
  slim.VulnerabilityReport,
  ReportBody
>('report', reportBody, (body, raw) => {
  const { labels: marks, annotations, ownerReferences } = metadata(raw['metadata']);
  const { repository, tag, digest } = body.artifact;
  const { server } = body.registry;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  return {
    container: marks[`${MARK}container.name`] ?? '',
    resource: {
      kind: marks[`${MARK}resource.kind`] ?? owner?.kind ?? '',
      // a name that is too long for a label is in an annotation instead
      name: marks[`${MARK}resource.name`] ?? annotations[`${MARK}resource.name`] ?? owner?.name ?? '',
    },
    image: `${server === '' ? '' : `${server}/`}${repository}${tag === undefined ? '' : `:${tag}`}`,
    ...(digest === undefined ? {} : { digest }),
    ...(body.os === undefined ? {} : { os: body.os }),
    vulnerabilities: body.vulnerabilities,
  };
});
