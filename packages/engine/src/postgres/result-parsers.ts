/**
 * How columns become JavaScript values, the same for every kind of server. Nothing global is touched or read: a
 * program that embeds us may have set its own parsers on the driver.
 *
 * int8 is a number where that is exact, else its text; numeric is a number; json and jsonb are parsed; timestamptz
 * is a Date; arrays of these are arrays; everything else (uuid, timestamp, date, interval …) is PostgreSQL's text.
 */
export function resultParser(oid: number): (text: string) => unknown {
  return resultParsers[oid] ?? asText;
}

type Parse = (text: string) => unknown;

const asText: Parse = (text) => text;
const asBoolean: Parse = (text) => text === 't';
const asJson: Parse = (text) => JSON.parse(text);
const asBytes: Parse = (text) => Buffer.from(text.slice(2), 'hex');

const asInteger: Parse = (text) => {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
};

const timestampForm =
  /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/;

/** Infinity becomes the last moment a Date can hold, so that it stays a Date and still compares as later than all. */
const asDate: Parse = (text) => {
  if (text === 'infinity') return new Date(8.64e15);
  if (text === '-infinity') return new Date(-8.64e15);
  const part = timestampForm.exec(text);
  if (part === null) throw new Error(`cannot read the timestamp ${text}: the server's DateStyle must be ISO`);
  const number = (index: number) => Number(part[index] ?? 0);
  const year = part[12] ? 1 - number(1) : number(1);
  const milliseconds = Number((part[7] ?? '').padEnd(3, '0').slice(0, 3));
  const offset = (number(9) * 3600 + number(10) * 60 + number(11)) * (part[8] === '-' ? -1000 : 1000);
  const date = new Date(0);
  date.setUTCFullYear(year, number(2) - 1, number(3));
  date.setUTCHours(number(4), number(5), number(6), milliseconds);
  return new Date(date.getTime() - offset);
};

// oid of the type, oid of its array type, parser
const scalars: readonly (readonly [number, number, Parse])[] = [
  [16, 1000, asBoolean],
  [17, 1001, asBytes],
  [18, 1002, asText], // "char"
  [19, 1003, asText], // name
  [20, 1016, asInteger],
  [21, 1005, Number],
  [23, 1007, Number],
  [25, 1009, asText],
  [26, 1028, Number], // oid
  [114, 199, asJson],
  [700, 1021, Number],
  [701, 1022, Number],
  [1042, 1014, asText], // character(n)
  [1043, 1015, asText], // varchar
  [1082, 1182, asText], // date
  [1114, 1115, asText], // timestamp without time zone
  [1184, 1185, asDate],
  [1186, 1187, asText], // interval
  [1700, 1231, Number],
  [2950, 2951, asText], // uuid
  [3802, 3807, asJson],
];

/** The parsers by type oid. */
export const resultParsers: Readonly<Record<number, Parse>> = byOid();

function byOid(): Record<number, Parse> {
  const parsers: Record<number, Parse> = {};
  for (const [oid, arrayOid, parse] of scalars) {
    parsers[oid] = parse;
    parsers[arrayOid] = (text) => parseArray(text, parse);
  }
  return parsers;
}

/** Reads an array literal, nested to any depth. Bounds that do not start at one ('[0:2]={…}') are dropped. */
function parseArray(text: string, parse: Parse): unknown[] {
  let at = text.indexOf('{');
  return readBraces();

  function readBraces(): unknown[] {
    const values: unknown[] = [];
    at += 1;
    while (text[at] !== '}') {
      if (at >= text.length) throw new Error(`cannot read the array ${text}`);
      if (text[at] === ',') at += 1;
      else if (text[at] === '{') values.push(readBraces());
      else if (text[at] === '"') values.push(parse(readQuoted()));
      else values.push(readPlain());
    }
    at += 1;
    return values;
  }

  function readQuoted(): string {
    let value = '';
    for (at += 1; text[at] !== '"'; at++) {
      if (at >= text.length) throw new Error(`cannot read the array ${text}`);
      if (text[at] === '\\') at += 1;
      value += text[at];
    }
    at += 1;
    return value;
  }

  function readPlain(): unknown {
    const start = at;
    while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1;
    const value = text.slice(start, at);
    return value === 'NULL' ? null : parse(value);
  }
}
