/** Passwords that well-known programs take by an option whose name alone says nothing: `mysql -p...`, `curl -u user:...`. */
import { isPlainCredential } from './values.ts';

/** What may stand between a program and its option; bounded, so linear in the text. */
const BETWEEN = '(?:[^\\n;|&]{0,256}?\\s)?';
const WORD = `(?:"([^"\\n]{1,256})"|'([^'\\n]{1,256})'|([^\\s"';|&]{1,256}))`;

const option = (programs: string, ending: string): RegExp =>
  new RegExp(`(?:^|[\\s/;|&('"])(?:${programs})\\s${BETWEEN}${ending}${WORD}`, 'dg');

const options: readonly RegExp[] = [
  option('mysql|mysqladmin|mysqlcheck|mysqldump|mysqlshow|mariadb|mariadb-\\w+', '-p'),
  option('redis-cli|valkey-cli', '(?:-a|--pass)\\s+'),
  option('mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport', '-p\\s+'),
  option('sshpass', '-p\\s*'),
  option('(?:docker|podman|nerdctl|skopeo|buildah|crane|helm registry) login', '-p\\s*'),
  option('curl', '(?:-u\\s*|--user[\\s=])[\'"]?[^\\s:\'"]{1,128}:'),
];

/** @param from where the text begins that is asked for: before it are only the words that go ahead */
export const commandHasPassword = (text: string, from = 0): boolean =>
  options.some((shape) =>
    text.matchAll(shape).some(({ indices }) => {
      const [start, end] = indices?.slice(1).find((range) => range !== undefined) ?? [0, 0];
      return start >= from && isPlainCredential(text.slice(start, end), 'password');
    }),
  );
