// What every page of a list has: its head, its filters, its rows with a way from page to page, and what stands instead of rows.

import { type ReactNode, useRef } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { useTexts } from "../texts/language";
import { type Change, changed } from "./address";
import { Count } from "./count";
import { Filters } from "./filters";
import { rowKeys, useKeys } from "./keys";
import { type PageInfo, Pager } from "./pager";
import { Empty, FailureBanner, SkeletonRows } from "./states";
import { Title } from "./title";

/** How many rows a page of a list has. */
export const PAGE = 50;

/** What begins anew when a filter changes. */
const PLACE = { after: undefined, before: undefined, item: undefined };

/** The address of a list: what stands in it, and the ways to change it. */
export function useListAddress() {
  const [params] = useSearchParams();
  const [location, go] = useLocation();
  const to = (change: Change) => location + changed(params, change);
  return {
    params,
    to,
    go: (change: Change) => go(to(change)),
    /** Sets filters; the list begins anew. */
    choose: (change: Change) => go(to({ ...change, ...PLACE })),
  };
}

export interface Column<Row> {
  head: string;
  /** What a style sheet knows it by: `number`, `sum`, `when`, `state`, `wide-only`. */
  is?: string;
  /** Whether it names the row. */
  names?: boolean;
  cell: (row: Row) => ReactNode;
}

interface RowsProps<Row> {
  rows: readonly Row[] | undefined;
  columns: readonly Column<Row>[];
}

export function ListRows<Row extends { id: string }>({ rows, columns }: RowsProps<Row>) {
  const isNumber = (column: Column<Row>) => /\bnumber\b/.test(column.is ?? "");
  return (
    <table className="rows record-rows">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.head} scope="col" className={isNumber(column) ? "number" : undefined}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {!rows && <SkeletonRows rows={12} columns={columns.length} />}
        {rows?.map((row) => (
          <tr key={row.id}>
            {columns.map((column) =>
              column.names ? (
                <th key={column.head} scope="row" className="name">
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.head} className={column.is}>
                  {column.cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ListPageProps<Row> extends RowsProps<Row> {
  title: string;
  count: number | null | undefined;
  /** Stands in the head, behind the count. */
  head?: ReactNode;
  /** The filters, one by one, and how many of them are set. */
  choosers: ReactNode;
  chosen: number;
  /** Where the list is as it was before anything was chosen. */
  reset: string;
  /** What is said where there is nothing, and nothing was chosen. */
  empty: string;
  failure: string | undefined;
  retry: () => void;
  fetching: boolean;
  info: PageInfo | undefined;
}

export function ListPage<Row extends { id: string }>(props: ListPageProps<Row>) {
  const texts = useTexts();
  const { go } = useListAddress();
  const { rows, failure, chosen } = props;
  const list = useRef<HTMLDivElement>(null);
  useKeys(rowKeys(() => list.current));
  return (
    <>
      <div className="page-head">
        <Title name={props.title} />
        <Count of={props.count} />
        {props.head}
      </div>
      <div className="records-filters">
        <Filters count={chosen}>
          {props.choosers}
          {chosen > 0 && (
            <Link className="button quiet" href={props.reset}>
              {texts.states.reset}
            </Link>
          )}
        </Filters>
      </div>
      {failure && <FailureBanner said={failure} retry={props.retry} />}
      <div className={`card list ${props.fetching ? "is-asked" : ""}`} ref={list} aria-busy={props.fetching}>
        {rows?.length === 0 && <Empty title={chosen > 0 ? texts.toCheck.filtered : props.empty} />}
        {!failure && rows?.length !== 0 && <ListRows rows={rows} columns={props.columns} />}
        {props.info && <Pager info={props.info} go={({ after, before }) => go({ after, before })} />}
      </div>
    </>
  );
}
