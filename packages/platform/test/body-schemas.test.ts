/** The schemas of request bodies, which are compiled when the first body comes and not when the platform starts. */
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import '../src/index.ts';
import { bodySchemas } from '../src/shared/schema-check.ts';

test('each schema of a body is valid, and compiles', () => {
  const ajv = new Ajv({ strict: false });
  expect(bodySchemas.length).toBeGreaterThan(5);
  for (const schema of bodySchemas) {
    expect(ajv.validateSchema(schema), `${ajv.errorsText()} in ${JSON.stringify(schema)}`).toBe(true);
    expect(() => ajv.compile(schema)).not.toThrow();
  }
});
