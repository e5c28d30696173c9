// Holds schema.graphql against the one that was last released. A change that breaks clients fails, unless CHANGELOG.md names the
// field, argument, type or value that it breaks, in back-quotes, under `### Breaking` of what is not released yet.
import { readFile } from 'node:fs/promises';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const root = new URL('../../', import.meta.url);
const text = (path) => readFile(new URL(path, root), 'utf8');

/** What the changelog says is broken since the last release. */
export function named(changelog) {
  const unreleased = changelog.split(/^## /m).find((part) => /^unreleased/i.test(part)) ?? '';
  const breaking = unreleased.split(/^### /m).find((part) => /^breaking/i.test(part)) ?? '';
  return new Set([...breaking.matchAll(/`([^`]+)`/g)].map((match) => match[1]));
}

/** The changes that break clients and that the changelog does not name. */
export async function unnamed(released, current, changelog) {
  const known = named(changelog);
  const changes = await diff(buildSchema(released), buildSchema(current));
  return changes.filter(
    (change) => change.criticality.level === CriticalityLevel.Breaking && !known.has(change.path),
  );
}

/** The check finds a field that is gone, takes one that is added, and lets pass what the changelog names. */
async function triesItself() {
  const [before, after] = ['type Query { a: Int b: Int }', 'type Query { a: Int c: Int }'];
  const found = await unnamed(before, after, '## Unreleased\n');
  const let_pass = await unnamed(before, after, '## Unreleased\n### Breaking\n- `Query.b` is gone.\n## 0.1.0\n');
  const old = await unnamed(before, after, '## Unreleased\n## 0.1.0\n### Breaking\n- `Query.b` is gone.\n');
  if (found.length !== 1 || found[0].path !== 'Query.b' || let_pass.length !== 0 || old.length !== 1) {
    throw new Error('the check of the schema against the last release does not find what it is to find');
  }
}

await triesItself();
const broken = await unnamed(
  await text('tests/fixtures/released.graphql'),
  await text('schema.graphql'),
  await text('CHANGELOG.md'),
);
for (const change of broken) {
  console.error(`${change.path}: ${change.message}`);
}
if (broken.length > 0) {
  console.error('These break clients of the last release. Keep them, or name each under "### Breaking" in CHANGELOG.md.');
  process.exit(1);
}
console.log('nothing that the last release had is broken');
