/** The generated dashboards, as Grafana reads them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitoringFolder } from '../../hack/generate/monitoring.ts';

export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly targets: readonly {
    readonly refId?: string;
    readonly expr: string;
    readonly datasource: unknown;
  }[];
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly max?: number;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] };
    };
  };
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly description?: string;
  readonly query: string;
  readonly multi?: boolean;
  readonly allValue?: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly links: readonly { readonly tags: readonly string[] }[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly (Panel | { readonly type: 'row'; readonly panels?: readonly Panel[] })[];
}

export function readDashboards(): readonly Dashboard[] {
  const folder = join(monitoringFolder, 'dashboards');
  return readdirSync(folder)
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Dashboard);
}

const isPanel = (panel: Dashboard['panels'][number]): panel is Panel => panel.type !== 'row';

/** Those that show something, out of their rows. */
export const panelsOf = ({ panels }: Dashboard): readonly Panel[] =>
  panels.flatMap((panel) => (isPanel(panel) ? [panel] : (panel.panels ?? [])));

export const queriesOf = (dashboard: Dashboard): readonly string[] =>
  panelsOf(dashboard).flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Label values, e.g. the namespaces of a selector of series. */
export type AskLabel = (selector: string, label: string) => Promise<readonly string[]>;

/**
 * The queries as Grafana would send them when the dashboard is opened: each variable has the value that means all, or
 * else the first of those that are there, given what the variables before it have.
 */
export async function openedQueries(dashboard: Dashboard, ask: AskLabel): Promise<readonly string[]> {
  const values = new Map([['__rate_interval', '30s']]);
  const filled = (text: string) =>
    text.replaceAll(/\$(\w+)/g, (_, name: string) => values.get(name) ?? `$${name}`);
  for (const { name, type, query, allValue } of dashboard.templating.list) {
    if (type !== 'query') continue;
    const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(filled(query)) ?? [];
    const [first] = await ask(selector, label);
    if (first === undefined && allValue === undefined)
      throw new Error(`nothing to choose for $${name}: ${query}`);
    values.set(name, allValue ?? first ?? '');
  }
  return queriesOf(dashboard).map(filled);
}
