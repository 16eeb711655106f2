/** Who owns a workload and whom an alert reaches. */
import type { RiskPolicy } from '../../policy/policy.ts';
import type { Labels, Namespace, Ref } from '../objects.ts';
import { pointer } from '../workload/variants.ts';
import type { Workload } from '../workload/workloads.ts';
import { refOf } from '../world.ts';

/** A value that was set, and where. */
interface Named {
  readonly value: string;
  /** In words: `label team`, `namespace annotation hexarisk.dev/owner`. */
  readonly source: string;
  readonly object: Ref;
  readonly path: string;
}

export interface Owner {
  readonly team?: string;
  readonly contact?: string;
  /** Where the team was found; see `Named`. */
  readonly source?: string;
  /** Only where there is no team: a value that stands where one should be, such as `todo`. */
  readonly placeholder?: Named;
  /** Only where there is no contact: a value that is no address, channel, link or number. */
  readonly badContact?: Named;
}

/** One place where owners are written. The workload's own come before what its namespace says of all of its kind. */
interface Place {
  readonly prefix: string;
  readonly object: Ref;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly at: (field: 'labels' | 'annotations', key: string) => string;
}

/**
 * The owner as the policy's keys name it: on the workload, on its pod template, on its namespace; labels before
 * annotations. A placeholder is passed over, so that the namespace's owner counts.
 */
export function ownerOf(workload: Workload, namespace: Namespace | undefined, policy: RiskPolicy): Owner {
  const places = placesOf(workload, namespace);
  const teams = everyNamed(places, policy.owner.team);
  const contacts = everyNamed(places, policy.owner.contact);
  const team = teams.find(({ value }) => isName(value));
  const contact =
    contacts.find(({ value, source }) => isContact(value, source)) ??
    (team !== undefined && isAddress(team.value) ? team : undefined);
  const [placeholder] = teams;
  const [badContact] = contacts;
  return {
    ...(team === undefined ? {} : { team: team.value, source: team.source }),
    ...(contact === undefined ? {} : { contact: contact.value }),
    ...(team === undefined && placeholder !== undefined ? { placeholder } : {}),
    ...(contact === undefined && badContact !== undefined ? { badContact } : {}),
  };
}

function placesOf(workload: Workload, namespace: Namespace | undefined): readonly Place[] {
  const [declared] = workload.variants;
  const inMetadata = (field: string, key: string) => pointer(['metadata', field, key]);
  const own = { prefix: '', object: workload.ref, at: inMetadata };
  return [
    { ...own, labels: workload.labels, annotations: workload.annotations },
    ...(declared === undefined
      ? []
      : [
          {
            prefix: 'pod ',
            object: declared.ref,
            labels: declared.labels,
            annotations: declared.annotations,
            at: declared.meta,
          },
        ]),
    ...(namespace === undefined
      ? []
      : [
          {
            prefix: 'namespace ',
            object: refOf(namespace),
            labels: namespace.metadata.labels,
            annotations: namespace.metadata.annotations,
            at: inMetadata,
          },
        ]),
  ];
}

/** Every value that is set under one of the keys, the one that counts first. */
function everyNamed(places: readonly Place[], keys: readonly string[]): readonly Named[] {
  const fields = [
    ['labels', 'label'],
    ['annotations', 'annotation'],
  ] as const;
  return places.flatMap((place) =>
    fields.flatMap(([field, word]) =>
      keys.flatMap((key) => {
        const value = Object.hasOwn(place[field], key) ? place[field][key]?.trim() : undefined;
        if (value === undefined || value === '') return [];
        const { prefix, object, at } = place;
        return { value, source: `${prefix}${word} ${key}`, object, path: at(field, key) };
      }),
    ),
  );
}

const placeholders: ReadonlySet<string> = new Set(
  [
    'todo tbd fixme changeme replaceme placeholder unknown undefined null nil none no na nobody noone someone anyone',
    'example default xxx foo bar team owner myteam yourteam teamname contact email true false',
  ].flatMap((line) => line.split(' ')),
);
/** What a template engine should have replaced. */
const template = /\{\{|\$\{|\$\(|^<.*>$|^\$[A-Za-z_]/;

/** `change-me`, `Change Me` and `CHANGEME` are one. */
const isPlaceholder = (value: string): boolean =>
  template.test(value) ||
  placeholders.has(value.toLowerCase().replaceAll(/[^a-z]/g, '')) ||
  !/\p{L}|\d/u.test(value);

/** Longer values, and those of several lines, are texts. */
const LONGEST = 253;

const isName = (value: string): boolean =>
  value.length <= LONGEST && !/\p{Cc}/u.test(value) && !isPlaceholder(value);

const email = /^(?:mailto:)?[^\s@<>]+@[^\s@<>.]+(?:\.[^\s@<>.]+)+$/;
const link = /^(?:https?|slack|tel|sip):\/{0,2}[^\s/]\S*$/;
const channel = /^[#@][\w.-]{1,80}$/;
const phone = /^\+?\d[\d ().-]{4,20}\d$/;
/** A label cannot hold `#`, `@` or `/`, so a channel or a rota stands there by its bare name. */
const bareName = /^[a-z0-9][a-z0-9._-]{1,79}$/;

const isAddress = (value: string): boolean =>
  isName(value) && [email, link, channel, phone].some((form) => form.test(value));

const isContact = (value: string, source: string): boolean =>
  isAddress(value) || (isName(value) && !source.endsWith('email') && bareName.test(value));
