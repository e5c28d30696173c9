// What the sums of a period say, in both languages.

import type { DateBasis } from "../server/generated/graphql";

export interface PeriodTexts {
  presets: { month: string; last: string; quarter: string };
  range: string;
  basis: string;
  bases: Record<DateBasis, string>;
  basisHints: Record<DateBasis, string>;
  waterfall: string;
  figures: {
    paid: string;
    refunded: string;
    net: string;
    unsettled: string;
    settled: string;
    fee: string;
    payOut: string;
  };
  figure: string;
  amount: string;
  paidTooMuch: string;
  payments: (count: number) => string;
  vat: string;
  voided: string;
  voidedHint: string;
  verdicts: string;
  unchecked: (count: number) => string;
  methods: string;
  method: string;
  count: string;
  receivables: string;
  receivablesHint: string;
  opening: (day: string) => string;
  closing: (day: string) => string;
  chart: string;
  days: string;
  day: string;
  begins: string;
  sales: string;
  paidOut: string;
  ends: string;
  payouts: string;
  payoutsHint: string;
  calendar: string;
  gross: string;
  cancels: string;
  empty: string;
  notAllRead: string;
}

export const koPeriod: PeriodTexts = {
  presets: { month: "이번 달", last: "지난달", quarter: "분기" },
  range: "기간",
  basis: "기준",
  bases: { TRANSACTION: "결제일", EVENT: "거래일", SOLD: "매출일", PAID_OUT: "지급일" },
  basisHints: {
    TRANSACTION: "이 기간에 시작한 결제의 금액이며, 그 뒤의 취소와 정산도 들어 있습니다.",
    EVENT: "이 기간에 일어난 거래와, 그 거래를 정산한 행의 금액입니다.",
    SOLD: "매출일이 이 기간인 정산 행과 그 거래의 금액입니다.",
    PAID_OUT: "지급일이 이 기간인 정산 행과 그 거래의 금액입니다.",
  },
  waterfall: "결제에서 지급까지",
  figures: {
    paid: "결제",
    refunded: "실환불",
    net: "순 결제",
    unsettled: "미정산",
    settled: "정산 대상",
    fee: "수수료",
    payOut: "지급",
  },
  figure: "항목",
  amount: "금액",
  paidTooMuch: "더 지급됨",
  payments: (count) => `결제 ${count}건`,
  vat: "부가세",
  voided: "입금 전 취소",
  voidedHint: "돈이 움직이지 않아 위에 들어 있지 않습니다.",
  verdicts: "대사 결과",
  unchecked: (count) => `대사 완료 가운데 ${count}건은 결제 자체를 아직 확인하지 않았습니다.`,
  methods: "결제수단별",
  method: "결제수단",
  count: "건수",
  receivables: "미수금",
  receivablesHint: "토스가 아직 지급하지 않은 금액이며 수수료를 빼기 전입니다.",
  opening: (day) => `${day} 시작`,
  closing: (day) => `${day} 끝`,
  chart: "날마다 남은 미수금",
  days: "날짜별 표",
  day: "날짜",
  begins: "시작",
  sales: "매출",
  paidOut: "지급(수수료 전)",
  ends: "끝",
  payouts: "이 기간의 지급",
  payoutsHint: "지급일 기준입니다.",
  calendar: "지급 달력",
  gross: "결제 합계",
  cancels: "취소 합계",
  empty: "이 기간에는 내역이 없습니다",
  notAllRead: "미수집",
};

export const enPeriod: PeriodTexts = {
  presets: { month: "This month", last: "Last month", quarter: "Quarter" },
  range: "Period",
  basis: "By",
  bases: { TRANSACTION: "day of payment", EVENT: "day of event", SOLD: "sold date", PAID_OUT: "paid-out date" },
  basisHints: {
    TRANSACTION: "Of the payments that began in these days, with their later cancels and settlements.",
    EVENT: "Of the events of these days, and of the rows that settle them.",
    SOLD: "Of the settlement rows sold in these days, and of their events.",
    PAID_OUT: "Of the settlement rows paid out in these days, and of their events.",
  },
  waterfall: "From payment to payout",
  figures: {
    paid: "Paid",
    refunded: "Refunded",
    net: "Net",
    unsettled: "Unsettled",
    settled: "Settled",
    fee: "Fees",
    payOut: "Paid out",
  },
  figure: "Figure",
  amount: "Amount",
  paidTooMuch: "Paid out too much",
  payments: (count) => `${count} ${count === 1 ? "payment" : "payments"}`,
  vat: "VAT",
  voided: "Voided",
  voidedHint: "No money moved, so it is in none of the figures above.",
  verdicts: "Verdicts",
  unchecked: (count) => `${count} of the reconciled ones were not checked against the payment itself yet.`,
  methods: "By method",
  method: "Method",
  count: "Payments",
  receivables: "Receivable",
  receivablesHint: "What Toss has not paid out yet, before fees.",
  opening: (day) => `${day}, beginning`,
  closing: (day) => `${day}, end`,
  chart: "Receivable at the end of each day",
  days: "Day by day",
  day: "Day",
  begins: "Beginning",
  sales: "Sales",
  paidOut: "Paid out, before fees",
  ends: "End",
  payouts: "Payouts of these days",
  payoutsHint: "By paid-out date.",
  calendar: "Payouts",
  gross: "Payments",
  cancels: "Cancels",
  empty: "Nothing in these days",
  notAllRead: "not read",
};
