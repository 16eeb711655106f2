import { expect } from 'chai';
import { judgeAll } from '../../../src/observe/credentials.ts';

// put together at run time, so that no scanner takes this file for a leak
const join = (...parts: readonly string[]): string => parts.join('');
const jwt = join('eyJ', 'hbGciOiJIUzI1NiJ9', '.eyJ', 'zdWIiOiIxMjM0NTY3ODkwIn0', '.dozjgNryP4J3jVmNHl0w5N');
const privateKey = join(
  '-----BEGIN ',
  'RSA PRIVATE KEY-----\n',
  'MIIEpAIBAAKCAQEA7bq9k2',
  '\n-----END RSA PRIVATE KEY-----',
);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('credentials', () => {
  const recognised: readonly (readonly [string, string, string, string])[] = [
    ['DB_PASSWORD', 'hunter2', 'password', 'name'],
    ['POSTGRES_PASSWORD', 'changeme', 'password', 'name'],
    ['MYSQL_PASSWORD', '123456', 'password', 'name'],
    ['dbPassword', 'abc123', 'password', 'name'],
    ['DB_PASSWORD_PROD', 'hunter2', 'password', 'name'],
    ['REDIS_PASSWORD_BASE64', 'aHVudGVyMg==', 'password', 'name'],
    ['REDIS_PASSWORD', 'hunter2', 'password', 'name'],
    ['MINIO_PASSWORD', 'hunter2', 'password', 'name'],
    ['SSL_PASSWORD', 'hunter2', 'password', 'name'],
    ['LICENSE_KEY', 'Zk3vPq8LmN2xRt7WyB4c', 'secret', 'entropy'],
    ['DBPASS', 'hunter2', 'password', 'name'],
    ['WIFI_PSK', 'hunter2wifi', 'password', 'name'],
    ['apiTokenDev', 'abcdef0123456789', 'token', 'name'],
    ['SECRET_KEY_BASE', '0a1b2c3d4e5f6a7b', 'key', 'name'],
    ['spring.datasource.password', 's3cret!', 'password', 'name'],
    ['SMTP_PASS', 'mailing-9', 'password', 'name'],
    ['requirepass', 'foobared', 'password', 'name'],
    ['OAUTH_CLIENT_SECRET', 'b1946ac92492d234', 'secret', 'name'],
    ['GITHUB_TOKEN', 'abcdef0123456789', 'token', 'name'],
    ['AWS_SECRET_ACCESS_KEY', 'xxxxx', 'key', 'name'],
    ['ENCRYPTION_KEY', 'dGhpcyBpcyBrZXk', 'key', 'name'],
    ['COOKIE_SALT', 'Zk3vPq8LmN2xRt7WyB4c', 'secret', 'entropy'],
    ['DB_PASSWORD_PROD', 'hunter2', 'password', 'name'],
    ['PASSWORD_POSTGRES', 'hunter2', 'password', 'name'],
    ['rootPasswordValue', 'hunter2', 'password', 'name'],
    ['GITHUB_TOKEN_NEW_B64', 'abcdef0123456789', 'token', 'name'],
    ['JWT', 'Zk3vPq8LmN2xRt7WyB4c', 'token', 'entropy'],
    ['BEARER', 'Zk3vPq8LmN2xRt7WyB4c', 'token', 'entropy'],
    ['DATABASE_URL', 'postgres://shop:p4ssw0rd@db.shop:5432/shop', 'password in a URL', 'pattern'],
    ['CACHE', 'redis://:p4ssw0rd@cache:6379/0', 'password in a URL', 'pattern'],
    ['BROKER', 'amqps://shop:p4ssw0rd@queue/', 'password in a URL', 'pattern'],
    ['JDBC', 'jdbc:mysql://db/shop?user=shop&password=hunter22', 'password in a URL', 'pattern'],
    [
      '.dockerconfigjson',
      '{"auths":{"r.example":{"auth":"dXNlcjpwYXNzd29yZA=="}}}',
      'registry login',
      'pattern',
    ],
    ['SESSION', jwt, 'JSON Web Token', 'pattern'],
    ['MAPS', join('AIza', 'SyA1234567890abcdefghijklmnopqrstuv'), 'Google API key', 'pattern'],
    ['', `Authorization: Bearer ${'a1B2c3D4'.repeat(4)}`, 'authorization header', 'pattern'],
    ['tls.key', privateKey, 'private key', 'pattern'],
    ['script', `echo ${privateKey.replaceAll('\n', '\\n')}`, 'private key', 'pattern'],
    ['ANY', join('AKIA', 'IOSFODNN7ABCDEFG'), 'AWS access key', 'pattern'],
    ['ANY', join('ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUX'), 'GitHub token', 'pattern'],
    [
      'AZURE',
      `DefaultEndpointsProtocol=https;AccountKey=${'aB3/'.repeat(16)}==`,
      'storage account key',
      'pattern',
    ],
    ['tls', base64(privateKey), 'private key', 'pattern'],
    ['tls', base64(privateKey).replaceAll(/.{16}/g, '$&\n'), 'private key', 'pattern'],
    ['SESSION', base64(jwt), 'JSON Web Token', 'pattern'],
    ['ANY', base64(join('ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUX')), 'GitHub token', 'pattern'],
    ['CACHE', base64('redis://:p4ssw0rd@cache:6379/0'), 'password in a URL', 'pattern'],
    ['DB_PASSWORD', base64('redis://:p4ssw0rd@cache:6379/0'), 'password in a URL', 'pattern'],
    ['config', base64('server=db;user=shop;password=hunter22'), 'password', 'name'],
    ['application.properties', 'server.port=8080\nspring.datasource.password=hunter22\n', 'password', 'name'],
    ['config.yaml', 'db:\n  user: shop\n  password: "hunter22"\n', 'password', 'name'],
    ['settings.json', '{"user": "shop", "apiKey": "0a1b2c3d4e5f"}', 'key', 'name'],
    ['', 'export DB_PASSWORD=hunter22 && exec /app', 'password', 'name'],
    ['', 'mysqldump --user=root --password=hunter22 shop', 'password', 'name'],
  ];
  for (const [name, value, kind, by] of recognised) {
    it(`recognises ${name || 'text'}=${value.slice(0, 24).replaceAll('\n', ' ')}... by its ${by}`, async () => {
      const [verdict] = await judgeAll([{ name, value }]);
      expect({ kind: verdict?.kind, by: verdict?.by }).to.deep.equal({ kind, by });
    });
  }

  const innocent: readonly (readonly [string, string])[] = [
    ['DB_PASSWORD', '$(DB_PASSWORD)'],
    ['DB_PASSWORD', '${DB_PASSWORD}'],
    ['DB_PASSWORD', '$DB_PASSWORD'],
    ['DB_PASSWORD', '{{ .Values.password }}'],
    ['DB_PASSWORD', '<your password>'],
    ['DB_PASSWORD', '/run/secrets/db'],
    ['DB_PASSWORD', ''],
    ['DB_PASSWORD', '********'],
    ['DB_PASSWORD', 'vault:secret/data/db#password'],
    ['PASSWORD_FILE', '/run/secrets/db'],
    ['PASSWORD_MIN_LENGTH', '12'],
    ['PASSWORD_HASH_DB', 'bcrypt'],
    ['USE_TOKEN_PROD', 'abcdef'],
    ['TOKEN_USER', 'robot'],
    ['JWT', 'HS256'],
    ['BACKUP_DB', 'orders'],
    ['ca', base64('-----BEGIN CERTIFICATE-----\nMIIC4jCCAcqgAwIBAgIRAK\n-----END CERTIFICATE-----')],
    ['REGIONS', base64('eu-west-1,eu-west-2,us-east-1')],
    ['IMAGE_DATA', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64')],
    ['ALLOW_EMPTY_PASSWORD', 'yes'],
    ['REQUIRE_PASSWORD', 'true'],
    ['TOKEN_TTL', '300'],
    ['PASSWORD_POLICY_PROD', 'strict'],
    ['REDIS_USE_PASSWORD', 'sometimes'],
    ['TLS_SECRET', 'web.tls'],
    ['LICENSE_KEY', 'community'],
    ['BYPASS', 'hunter2'],
    ['COMPASS', 'north-west1'],
    ['PUBLIC_KEY_OLD', 'MIIBIjANBgkqhkiG9w0BAQ'],
    ['PROD', 'hunter2'],
    ['TOKEN_URL', 'https://login.example/token'],
    ['SESSION_TOKEN', '3600s'],
    ['MAX_TOKEN', '4096'],
    ['next_page_token', 'abcdefgh'],
    ['SECRET_NAME', 'shop-db'],
    ['existingSecret', 'shop-db'],
    ['TLS_SECRET', 'shop-tls'],
    ['SECRET', 'shop-db-credentials'],
    [
      'JWT_PUBLIC_KEY',
      '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----',
    ],
    ['ca.crt', '-----BEGIN CERTIFICATE-----\nMIIC4jCCAcqgAwIBAgIRAK\n-----END CERTIFICATE-----'],
    ['AUTH', 'oidc'],
    ['PARTITION_KEY', 'customer-id'],
    ['TLS_KEY', '/etc/tls/tls.key'],
    ['privateKey', 'tls.key'],
    ['ENDPOINT', 'https://api.example:8443/v1?key=value'],
    ['DATABASE_URL', 'postgres://shop@db.shop:5432/shop'],
    ['DATABASE_URL', 'postgres://shop:$(DB_PASSWORD)@db.shop:5432/shop'],
    ['DATABASE_URL', 'postgres://shop:${DB_PASSWORD}@db.shop:5432/shop'],
    ['DATABASE_URL', 'mysql://shop:{{password}}@db/shop'],
    ['IMAGE', 'registry.example:5000/shop@sha256:' + '0123456789abcdef'.repeat(4)],
    ['CHECKSUM', '0123456789abcdef'.repeat(4)],
    ['AWS_ACCOUNT_ID', '123456789012'],
    ['AWS_ACCESS_KEY_ID', '$(KEY_ID)'],
    ['JAVA_OPTS', '-Xmx512m -Djavax.net.ssl.trustStore=/etc/ssl/store.jks'],
    ['GREETING', 'hello world'],
    [
      'nginx.conf',
      'location / {\n  proxy_pass http://web:8080;\n  proxy_set_header Authorization $http_authorization;\n}',
    ],
    ['app.py', 'password = os.environ["DB_PASSWORD"]\ntoken = get_token()\n'],
    ['run.sh', 'PASSWORD=$(cat /run/secrets/db)\nTOKEN="${TOKEN:-}"\nread -s password\n'],
    ['values.yaml', 'auth:\n  existingSecret: shop-db\n  secretKeys:\n    adminPasswordKey: password\n'],
    ['schema.yaml', 'password:\n  type: string\n  description: the password to use\ntoken: string\n'],
    ['README.md', 'Set password: the password of the user. The token: a string that you get.'],
    ['Corefile', '.:53 {\n  errors\n  kubernetes cluster.local in-addr.arpa {\n    pods insecure\n  }\n}'],
    ['script', '-----BEGIN PRIVATE KEY-----\n${PRIVATE_KEY}\n-----END PRIVATE KEY-----'],
  ];
  for (const [name, value] of innocent) {
    it(`passes over ${name}=${value.slice(0, 40).replaceAll('\n', ' ')}`, async () => {
      expect(await judgeAll([{ name, value }])).to.deep.equal([undefined]);
    });
  }

  const guessable: readonly (readonly [name: string, value: string, ...near: string[]])[] = [
    ['DB_PASSWORD', 'changeme'],
    ['DB_PASSWORD', 'Change-Me!'],
    ['DB_PASSWORD', 'password'],
    ['DB_PASSWORD', 'P@ssw0rd'],
    ['DB_PASSWORD', '"password"'],
    ['DB_PASSWORD', 'secret'],
    ['DB_PASSWORD', 's3cret!'],
    ['DB_PASSWORD', 'fake_password'],
    ['DB_PASSWORD', 'yourpassword'],
    ['DB_PASSWORD', 'my-secret-pw'],
    ['DB_PASSWORD', '123456'],
    ['DB_PASSWORD', '123456789'],
    ['DB_PASSWORD', 'aaaa'],
    ['DB_PASSWORD', 'qwerty'],
    ['DB_PASSWORD', 'admin123'],
    ['DB_PASSWORD', 'Admin@2024'],
    ['DB_PASSWORD', 'minio123'],
    ['MYSQL_PASSWORD', 'mysql'],
    ['WSREP_SST_PASSWORD', 'sst'],
    ['DB_PASSWORD', 'shopkeeper', 'shopkeeper'],
    ['DB_PASSWORD', 'ledger-1', 'ledger-server'],
    ['API_KEY', 'test-key'],
    ['DB_PASSWORD_PROD', 'changeme'],
    ['DB_PASSWORD', base64('changeme-password')],
    ['CACHE', base64('redis://:foobared@cache:6379/0')],
    ['SIGNING_TOKEN', 'changeme'],
    ['DATABASE_URL', 'postgres://shop:shop@db.shop:5432/shop'],
    ['DATABASE_URL', 'postgres://shop:postgres@db.shop:5432/shop'],
    ['BROKER', 'amqp://guest:guest@queue:5672/'],
    ['CACHE', 'redis://:foobared@cache:6379/0'],
    ['JDBC', 'jdbc:mysql://db/shop?user=shop&password=letmein'],
    ['application.properties', 'db.user=robot\ndb.password=robot\n'],
    ['config.yaml', 'db:\n  user: shop\n  password: "changeme"\n'],
    ['', 'mysqldump --user=backup --password=backup shop'],
  ];
  for (const [name, value, ...near] of guessable) {
    it(`calls ${name || 'text'}=${value.slice(0, 50).replaceAll('\n', ' ')} weak`, async () => {
      const [verdict] = await judgeAll([{ name, value, near }]);
      expect(verdict?.weak).to.equal(true);
    });
  }

  const strong: readonly (readonly [name: string, value: string, ...near: string[]])[] = [
    ['DB_PASSWORD', 'kV9-wq4TzL2p'],
    ['DB_PASSWORD', 'opensesame'],
    ['DB_PASSWORD', 'correct-horse-battery-staple'],
    ['DB_PASSWORD', 'shopkeeper'],
    ['DB_PASSWORD', '83920174652'],
    ['DB_PASSWORD', 'ab-kV9wq4', 'ab'],
    ['DB_PASSWORD', `${'password'.repeat(5)}x`],
    ['AWS_SECRET_ACCESS_KEY', 'xxxxx'],
    ['DATABASE_URL', 'postgres://shop:kV9-wq4TzL2p@db.shop:5432/shop'],
    ['application.properties', 'db.user=robot\ndb.password=kV9-wq4TzL2p\n'],
    ['tls.key', privateKey],
    ['ANY', join('AKIA', 'IOSFODNN7ABCDEFG')],
  ];
  for (const [name, value, ...near] of strong) {
    it(`recognises ${name}=${value.slice(0, 24).replaceAll('\n', ' ')}, and does not call it weak`, async () => {
      const [verdict] = await judgeAll([{ name, value, near }]);
      expect(verdict).to.not.equal(undefined);
      expect(verdict).to.not.have.property('weak');
    });
  }

  it('has no opinion on common words that are no credentials', async () => {
    const texts = [
      ['LOG_LEVEL', 'test'],
      ['ENVIRONMENT', 'demo'],
      ['DB_USER', 'root'],
      ['MYSQL_DATABASE', 'mysql'],
      ['ADMIN_NAME', 'admin'],
      ['DATABASE_URL', 'postgres://postgres@db/postgres'],
      ['DB_PASSWORD', '$(PASSWORD)'],
      ['DATABASE_URL', 'postgres://shop:$(PASSWORD)@db/shop'],
    ].map(([name = '', value = '']) => ({ name, value }));
    expect(await judgeAll(texts)).to.deep.equal(texts.map(() => undefined));
  });

  it('judges each value by itself, whatever stands beside it', async () => {
    const texts = [...recognised, ...innocent].map(([name, value]) => ({ name, value }));
    const alone = await Promise.all(texts.map(async (text) => (await judgeAll([text]))[0]));
    expect(await judgeAll(texts)).to.deep.equal(alone);
    expect(await judgeAll(texts.toReversed())).to.deep.equal(alone.toReversed());
  });

  it('is not silenced by a comment for another tool', async () => {
    const texts = ['secretlint-disable', '/* secretlint-disable */', '# secretlint-disable'].map((value) => ({
      name: 'NOTE',
      value,
    }));
    const verdicts = await judgeAll([...texts, { name: 'ANY', value: join('AKIA', 'IOSFODNN7ABCDEFG') }]);
    expect(verdicts.at(-1)).to.deep.equal({ kind: 'AWS access key', by: 'pattern' });
  });

  it('reads no more than 64 KiB of a value', async () => {
    const filler = 'setting: value\n'.repeat(5000);
    const verdicts = await judgeAll([
      { name: 'before', value: `password: hunter22\n${filler}` },
      { name: 'behind', value: `${filler}password: hunter22\n` },
    ]);
    expect(verdicts).to.deep.equal([{ kind: 'password', by: 'name' }, undefined]);
  });

  it('judges 10,000 values, and hostile ones of 1 MB, in well under a second', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({
      name: `SETTING_${i}`,
      value: `https://service-${i}.shop:8080/path?x=${i} and more of it`,
    }));
    const hostile = [
      'a',
      'ab:',
      'http://',
      'x://a:',
      'eyJ',
      'a=\n',
      'password',
      'password=',
      'bearer ',
      '"auth" ',
      'a.b-c_',
      ' : ',
    ];
    const long = hostile.map((part) => ({ name: 'password', value: part.repeat(1_000_000 / part.length) }));
    for (const texts of [many, long]) {
      const start = performance.now();
      await judgeAll(texts);
      expect(performance.now() - start).to.be.below(2000); // a busy machine; 0.1-0.3 s alone
    }
  });
});
