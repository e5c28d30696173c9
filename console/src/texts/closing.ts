// What closing the books of a period says, in both languages.

import type { PeriodStatus } from "../server/generated/graphql";

export interface ClosingTexts {
  title: string;
  hint: string;
  empty: string;
  status: Record<PeriodStatus, string>;
  closed: (who: string, time: string) => string;
  reopened: (who: string, time: string) => string;
  changed: (figures: number) => string;
  unchanged: string;
  close: string;
  closeNow: string;
  reopen: string;
  reopenNow: string;
  closeTitle: (merchant: string) => string;
  closeHint: string;
  reopenTitle: (from: string, to: string) => string;
  reopenHint: string;
  from: string;
  to: string;
  note: string;
  why: string;
  noteHint: string;
  /** While the server closes: the report of a busy month takes a while. */
  closing: string;
  lost: string;
  done: (from: string, to: string) => string;
  openAgain: (from: string, to: string) => string;
  toCoverage: string;
  more: string;
  changes: string;
  changesHint: string;
  changesOfReopened: string;
  figure: string;
  /** Names of the figures, by the API's own. */
  figures: Record<string, string>;
  asClosed: string;
  now: string;
  payments: string;
  others: (count: number) => string;
  noPayments: string;
  report: string;
  reportHint: string;
  command: string;
  digests: string;
  digest: string;
  section: string;
}

export const koClosing: ClosingTexts = {
  title: "마감",
  hint: "거래일 기준의 합계와 보고서를 그대로 보관하고, 그 뒤에 바뀐 것을 알려 줍니다.",
  empty: "아직 마감한 기간이 없습니다.",
  status: { CLOSED: "마감됨", REOPENED: "해제됨" },
  closed: (who, time) => `${who} · ${time}`,
  reopened: (who, time) => `해제 ${who} · ${time}`,
  changed: (figures) => `마감 뒤 ${figures}개 금액 바뀜`,
  unchanged: "마감한 뒤 바뀐 금액이 없습니다.",
  close: "마감…",
  closeNow: "마감",
  reopen: "마감 해제…",
  reopenNow: "마감 해제",
  closeTitle: (merchant) => `${merchant} 기간 마감`,
  closeHint: "기간의 모든 날을 다 읽었고 읽을 수 없는 행이 없어야 마감됩니다. 막는 것이 있으면 여기에 알려 줍니다.",
  reopenTitle: (from, to) => `${from} ~ ${to} 마감을 해제할까요?`,
  reopenHint: "마감할 때의 금액과 보고서는 그대로 남고, 이 기간을 다시 마감할 수 있게 됩니다.",
  from: "시작일",
  to: "종료일",
  note: "메모 (선택)",
  why: "사유",
  noteHint: "구매자 이름이나 계좌번호는 쓰지 마세요.",
  closing: "마감하는 중",
  lost: "답을 받지 못했습니다. 마감은 계속되고 있을 수 있으니, 잠시 뒤 이 페이지를 새로 고쳐 확인하세요.",
  done: (from, to) => `${from} ~ ${to} 기간을 마감했습니다`,
  openAgain: (from, to) => `${from} ~ ${to} 마감을 해제했습니다`,
  toCoverage: "수집 현황 보기",
  more: "바뀐 금액과 보고서",
  changes: "마감한 뒤 바뀐 금액",
  changesHint: "늦게 들어온 행, 바뀐 행, 이 기간에 속하는 취소 때문에 지금 계산하면 달라지는 금액입니다.",
  changesOfReopened: "해제할 때까지 바뀐 금액입니다.",
  figure: "금액",
  figures: {
    paidAmount: "결제",
    effectiveRefund: "실환불",
    voidedAmount: "입금 전 취소",
    netAmount: "순 결제",
    settledAmount: "정산 대상",
    fee: "수수료",
    supplyAmount: "수수료 공급가액",
    vat: "부가세",
    payOutAmount: "지급",
    unsettledAmount: "미정산",
  },
  asClosed: "마감 때",
  now: "지금",
  payments: "바꾼 결제",
  others: (count) => `외 ${count}건`,
  noPayments: "알려진 결제 없음",
  report: "마감한 보고서",
  reportHint:
    "마감한 그대로의 보고서는 서버에서 이 명령으로만 다시 만듭니다. 이 페이지의 보고서는 지금의 자료로 만듭니다.",
  command: "명령",
  digests: "자료마다의 SHA-256",
  digest: "SHA-256",
  section: "자료",
};

const count = (many: number, one: string, other: string) => `${many} ${many === 1 ? one : other}`;

export const enClosing: ClosingTexts = {
  title: "Closed periods",
  hint: "The sums by day of event and the report are kept as they are, and what changes later is told.",
  empty: "No period has been closed yet.",
  status: { CLOSED: "Closed", REOPENED: "Reopened" },
  closed: (who, time) => `${who} · ${time}`,
  reopened: (who, time) => `Reopened by ${who} · ${time}`,
  changed: (figures) => `${count(figures, "figure", "figures")} changed since`,
  unchanged: "Nothing has changed since it was closed.",
  close: "Close a period…",
  closeNow: "Close the period",
  reopen: "Reopen…",
  reopenNow: "Reopen",
  closeTitle: (merchant) => `Close a period of ${merchant}`,
  closeHint: "Every day must have been read, without rows that cannot be. What stands in the way is told here.",
  reopenTitle: (from, to) => `Reopen ${from} ~ ${to}?`,
  reopenHint: "The figures and the report that it was closed with stay; its days may be closed again.",
  from: "First day",
  to: "Last day",
  note: "Note (optional)",
  why: "Why",
  noteHint: "No names of buyers, no account numbers.",
  closing: "Closing",
  lost: "There was no answer. The period may be being closed all the same: load this page again in a while.",
  done: (from, to) => `Closed ${from} ~ ${to}`,
  openAgain: (from, to) => `Reopened ${from} ~ ${to}`,
  toCoverage: "See coverage",
  more: "Changes and report",
  changes: "Changed since it was closed",
  changesHint: "What these figures would be now, for rows that came late or changed and cancels dated into the period.",
  changesOfReopened: "What had changed until it was reopened.",
  figure: "Figure",
  figures: {
    paidAmount: "Paid",
    effectiveRefund: "Refunded",
    voidedAmount: "Voided",
    netAmount: "Net",
    settledAmount: "Settled",
    fee: "Fees",
    supplyAmount: "Fees before VAT",
    vat: "VAT",
    payOutAmount: "Paid out",
    unsettledAmount: "Unsettled",
  },
  asClosed: "As closed",
  now: "Now",
  payments: "Payments that changed it",
  others: (many) => `and ${many} more`,
  noPayments: "No payment known",
  report: "Its report",
  reportHint:
    "The report as it was closed is written again by this command on the server alone. Reports of this page are of what is known now.",
  command: "command",
  digests: "SHA-256 of each section",
  digest: "SHA-256",
  section: "Section",
};
