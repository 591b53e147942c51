import pg from 'pg';

/** A column of an answer, as the server describes it. */
interface Column {
  name: string;
  dataTypeID: number;
}

/** What pg works out from the columns of an answer. */
interface Shape {
  fields: Column[];
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
}

/** As much of pg's query as is used here, which its types leave out. */
interface PgQuery {
  name?: string;
  values?: unknown[];
  callback?: (error: Error | null, result: { rows: object[] }) => void;
  _result: Shape;
  _accumulateRows: unknown;
  handleRowDescription(message: { fields: Column[] }): void;
}
const Query = pg.Query as unknown as new (text: string) => PgQuery;

/** By the names of statements, of which there are as many as in the code. */
const shapes = new Map<string, Shape>();

/** A query that takes what pg made of its statement's columns from the answer before, as long as they are the same. */
class PreparedQuery extends Query {
  override handleRowDescription(message: { fields: Column[] }): void {
    const { name = '' } = this;
    const known = shapes.get(name);
    if (known && same(known.fields, message.fields)) {
      Object.assign(this._result, known);
      this._accumulateRows = true;
      return;
    }
    super.handleRowDescription(message);
    const { fields, _parsers, _prebuiltEmptyResultObject } = this._result;
    shapes.set(name, { fields, _parsers, _prebuiltEmptyResultObject });
  }
}

const same = (known: Column[], fields: Column[]): boolean =>
  known.length === fields.length &&
  known.every(({ name, dataTypeID }, at) => name === fields[at]?.name && dataTypeID === fields[at]?.dataTypeID);

/**
 * Runs a prepared statement as `client.query` does, without working out anew how its rows are read: for transactions of a dozen statements that is
 * a part of what each costs whatever its size.
 * @param statement its name is its own for each text
 * @returns its rows
 */
export function preparedRows<Row extends object>(
  client: pg.ClientBase,
  { name, text }: { name: string; text: string },
  values: unknown[],
): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const query = new PreparedQuery(text);
    query.name = name;
    query.values = values;
    query.callback = (error, result) => (error ? reject(error) : resolve(result.rows as Row[]));
    client.query(query as unknown as pg.Submittable);
  });
}
