import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '@tasker/contract';
import { isJsonObject } from '../../json/parse.ts';
import type { JsonPath } from '../../json/path.ts';

/** Something that one schema lets through and another does not. */
export interface Narrowing {
  /** Where in the data, in words of the schema: `properties.cart.items`. */
  readonly path: JsonPath;
  /**
   * `required`: a key that may be missing in the one and not in the other; `closed`: one that may be there; `lost`: a type
   * or value; `bounded`: a keyword with a bound, a pattern or a format.
   */
  readonly kind: 'required' | 'closed' | 'lost' | 'bounded';
  readonly what: string;
}

/** What `wide` lets through and `narrow` does not, as far as it is said without alternatives and references. */
export function narrowings(wide: JsonObject, narrow: JsonObject, path: JsonPath = []): Narrowing[] {
  return [
    ...lostTypes(wide, narrow),
    ...lostValues(wide, narrow),
    ...bounds(wide, narrow),
    ...requiredKeys(wide, narrow),
    ...closedKeys(wide, narrow),
  ]
    .map((found) => ({ ...found, path }))
    .concat(below(wide, narrow, path));
}

type Found = Omit<Narrowing, 'path'>;

const allTypes = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

function lostTypes(wide: JsonObject, narrow: JsonObject): Found[] {
  if (narrow['type'] === undefined) return [];
  const left = typesOf(narrow);
  if (wide['type'] === undefined) return [{ kind: 'lost', what: `anything but ${left.join(' or ')}` }];
  const lost = typesOf(wide).filter((type) => !left.includes(type) && !(type === 'integer' && left.includes('number')));
  return lost.map((what) => ({ kind: 'lost', what }));
}

function typesOf({ type }: JsonObject): string[] {
  return [type]
    .flat()
    .filter((each) => typeof each === 'string' && allTypes.includes(each))
    .map(String);
}

function lostValues(wide: JsonObject, narrow: JsonObject): Found[] {
  const left = valuesOf(narrow);
  if (left === undefined) return [];
  const had = valuesOf(wide);
  if (had === undefined) return [{ kind: 'lost', what: `anything but ${left.map(written).join(', ')}` }];
  const lost = had.filter((value) => !left.some((each) => isDeepStrictEqual(each, value)));
  return lost.map((value) => ({ kind: 'lost', what: written(value) }));
}

function valuesOf({ enum: values, const: only }: JsonObject): readonly Json[] | undefined {
  if (only !== undefined) return [only];
  return Array.isArray(values) ? values : undefined;
}

function written(value: Json): string {
  return `\`${JSON.stringify(value)}\``;
}

const lowest = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const highest = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const forms = ['pattern', 'format', 'multipleOf', 'uniqueItems'];

function bounds(wide: JsonObject, narrow: JsonObject): Found[] {
  const isNarrower = (keyword: string) => {
    const [had, has] = [wide[keyword], narrow[keyword]];
    if (has === undefined || has === false || isDeepStrictEqual(had, has)) return false;
    if (typeof had !== 'number' || typeof has !== 'number' || forms.includes(keyword)) return true;
    return lowest.includes(keyword) ? has > had : has < had;
  };
  return [...lowest, ...highest, ...forms].filter(isNarrower).map((what) => ({ kind: 'bounded', what }));
}

/** A key that has a default is never missing. */
function requiredKeys(wide: JsonObject, narrow: JsonObject): Found[] {
  const had = new Set(keysRequired(wide));
  const hasDefault = (key: string) => propertyOf(narrow, key)?.['default'] !== undefined;
  return keysRequired(narrow)
    .filter((key) => !had.has(key) && !hasDefault(key))
    .map((what) => ({ kind: 'required', what }));
}

function keysRequired({ required }: JsonObject): string[] {
  return Array.isArray(required) ? required.filter((key) => typeof key === 'string') : [];
}

function closedKeys(wide: JsonObject, narrow: JsonObject): Found[] {
  if (narrow['additionalProperties'] !== false) return [];
  const left = propertiesOf(narrow);
  const closed = [...propertiesOf(wide).keys()].filter((key) => !left.has(key));
  const all = wide['additionalProperties'] === false ? closed : [...closed, 'any other key'];
  return all.map((what) => ({ kind: 'closed', what }));
}

/** What both describe. A key that only the narrower one describes was free before, and rarely used for something else. */
function below(wide: JsonObject, narrow: JsonObject, path: JsonPath): Narrowing[] {
  const keys = [...propertiesOf(narrow).keys()].flatMap((key) => {
    const [had, has] = [propertyOf(wide, key), propertyOf(narrow, key)];
    return had === undefined || has === undefined ? [] : narrowings(had, has, [...path, 'properties', key]);
  });
  const { items: had = true } = wide;
  const { items: has = true } = narrow;
  if (!isJsonObject(has) || had === false) return keys;
  return [...keys, ...narrowings(isJsonObject(had) ? had : {}, has, [...path, 'items'])];
}

function propertiesOf({ properties = null }: JsonObject): ReadonlyMap<string, Json> {
  return new Map(isJsonObject(properties) ? Object.entries(properties) : []);
}

function propertyOf(schema: JsonObject, key: string): JsonObject | undefined {
  const property = propertiesOf(schema).get(key) ?? null;
  return isJsonObject(property) ? property : undefined;
}
