/** Credentials of well-known services, by their published shapes (secretlint's rules). */
import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { isReference } from './values.ts';

// it keeps a mark of every call for ever: in an operator that is a leak
secretLintProfiler.setEnabled(false);

const RULE = '@secretlint/secretlint-rule-';
/** Whoever writes `secretlint-disable` into one value would silence it for every value of the call. */
const FILTER = `${RULE}filter-comments`;

// the rules one by one: a rule inside a preset cannot be switched off
const config = {
  rules: rules
    .filter(({ meta }) => meta.id !== FILTER)
    .map((rule) => ({
      id: rule.meta.id,
      rule,
      ...(rule.meta.id === `${RULE}aws` ? { options: { enableIDScanRule: true } } : {}),
    })),
};

/** What the services are called; a rule that is new to us still says `credential`. */
const kinds: Readonly<Record<string, string>> = {
  '1password': '1Password token',
  anthropic: 'Anthropic API key',
  aws: 'AWS access key',
  basicauth: 'password in a URL',
  cloudflare: 'Cloudflare token',
  'database-connection-string': 'password in a URL',
  databricks: 'Databricks token',
  docker: 'Docker token',
  figma: 'Figma token',
  gcp: 'Google service account key',
  github: 'GitHub token',
  gitlab: 'GitLab token',
  grafana: 'Grafana token',
  groq: 'Groq API key',
  'hashicorp-vault': 'Vault token',
  huggingface: 'Hugging Face token',
  linear: 'Linear API key',
  notion: 'Notion token',
  npm: 'npm token',
  openai: 'OpenAI API key',
  privatekey: 'private key',
  sendgrid: 'SendGrid API key',
  shopify: 'Shopify token',
  slack: 'Slack token',
  stripe: 'Stripe key',
  tailscale: 'Tailscale key',
  vercel: 'Vercel token',
};

/** Numbers that identify and give nothing. */
const harmless: ReadonlySet<string> = new Set(['AWSAccountID']);

/** Between texts: no rule's white space reaches across it. */
const BETWEEN = '\n\u0001\n';

/** One pass over all texts: a call each would cost a thousand times as much. @returns kinds by index */
export async function knownIn(texts: readonly string[]): Promise<ReadonlyMap<number, string>> {
  const starts: number[] = [];
  let length = 0;
  for (const text of texts) {
    starts.push(length);
    length += text.length + BETWEEN.length;
  }
  const content = texts.join(BETWEEN);
  const { messages } = await lintSource({
    source: { content, filePath: 'values', ext: '', contentType: 'text' },
    options: { config, maskSecrets: true, noPhysicFilePath: true },
  });
  const found = new Map<number, string>();
  for (const { ruleId, messageId, range } of messages) {
    if (harmless.has(messageId) || hasGap(content.slice(...range))) continue;
    const index = indexAt(starts, range[0]);
    if (!found.has(index)) found.set(index, kinds[ruleId.slice(RULE.length)] ?? 'credential');
  }
  return found;
}

/** A connection string whose password comes from elsewhere. */
function hasGap(matched: string): boolean {
  const password = /^[^\s/]+:\/\/[^:@/\s]*:([^@\s]*)@/.exec(matched)?.[1];
  return password !== undefined && isReference(password);
}

/** The last start that is not behind the offset. */
function indexAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
