// What the lists of 내역 and the calendar of payouts say, in both languages.

import type { PaymentOrder } from "../server/generated/graphql";

export interface RecordTexts {
  began: string;
  paidOn: string;
  order: string;
  method: string;
  status: string;
  paid: string;
  refunded: string;
  net: string;
  verdict: string;
  any: {
    method: string;
    status: string;
    verdict: string;
    kind: string;
    reading: string;
    match: string;
    effect: string;
    origin: string;
  };
  orderName: string;
  basis: string;
  cancelledOn: string;
  reading: string;
  readings: { yes: string; no: string };
  search: string;
  least: string;
  most: string;
  orderBy: string;
  orders: Record<PaymentOrder, string>;
  happened: string;
  transaction: string;
  effect: string;
  origin: string;
  on: string;
  soldDate: string;
  paidOutDate: string;
  kind: string;
  amount: string;
  fee: string;
  supply: string;
  vat: string;
  payOut: string;
  match: string;
  empty: string;
  month: (month: string) => string;
  previousMonth: string;
  nextMonth: string;
  currency: string;
  settled: string;
  forecast: string;
  beforeFee: string;
  deducted: string;
  today: string;
  payments: (count: number) => string;
  cancels: (count: number) => string;
  gross: string;
  cancelled: string;
  rows: string;
  caption: (month: string) => string;
  noPayouts: string;
  chooseDay: string;
  feesUnknown: string;
  deposit: string;
  forecastDeposit: string;
  carriedOver: string;
  allEvents: string;
  estimatedFee: string;
  dayOff: string;
  cycle: string;
  configured: string;
  learned: (rows: number) => string;
  hits: (hits: number, of: number) => string;
}

export const koRecords: RecordTexts = {
  began: "결제일시",
  paidOn: "결제일",
  order: "주문번호",
  method: "결제수단",
  status: "상태",
  paid: "결제 금액",
  refunded: "실환불",
  net: "순 결제",
  verdict: "대사 결과",
  any: {
    method: "모든 결제수단",
    status: "모든 상태",
    verdict: "모든 대사 결과",
    kind: "결제·취소",
    reading: "읽음 여부 모두",
    match: "모든 연결",
    effect: "모든 돈의 이동",
    origin: "취소한 곳 모두",
  },
  orderName: "상품명",
  basis: "기준일",
  cancelledOn: "취소일",
  reading: "읽음 여부",
  readings: { yes: "토스에서 읽음", no: "목록만 봄" },
  search: "주문·승인번호·상품명",
  least: "최소 금액",
  most: "최대 금액",
  orderBy: "정렬",
  orders: {
    BEGAN_AT_DESC: "최근 순",
    BEGAN_AT_ASC: "오래된 순",
    AMOUNT_DESC: "금액 큰 순",
    AMOUNT_ASC: "금액 작은 순",
  },
  happened: "일시",
  transaction: "거래",
  effect: "돈의 이동",
  origin: "취소한 곳",
  on: "일자",
  soldDate: "매출일",
  paidOutDate: "지급일",
  kind: "구분",
  amount: "금액",
  fee: "수수료",
  supply: "공급가액",
  vat: "부가세",
  payOut: "지급 금액",
  match: "연결",
  empty: "아직 읽은 내역이 없습니다",
  month: (month) => `${month.slice(0, 4)}년 ${month.slice(5).replace(/^0/, "")}월`,
  previousMonth: "이전 달",
  nextMonth: "다음 달",
  currency: "통화",
  settled: "확정",
  forecast: "예상",
  beforeFee: "수수료 전",
  deducted: "차감되는 날",
  today: "오늘",
  payments: (count) => `결제 ${count}건`,
  cancels: (count) => `취소 ${count}건`,
  gross: "결제 합계",
  cancelled: "취소 합계",
  rows: "정산 행 모두 보기",
  caption: (month) => `${month} 지급`,
  noPayouts: "이 달에는 지급이 없습니다",
  chooseDay: "날짜를 고르면 내용이 여기에 보입니다.",
  feesUnknown: "수수료는 정산 행이 나온 뒤에 알 수 있습니다.",
  deposit: "실제 입금",
  forecastDeposit: "예상 입금",
  carriedOver: "다음 지급에서 차감",
  allEvents: "거래 모두 보기",
  estimatedFee: "예상 수수료",
  dayOff: "휴일",
  cycle: "예상의 근거",
  configured: "설정한 주기",
  learned: (rows) => `정산 ${rows}건에서 배움`,
  hits: (hits, of) => `지난 예상 ${of}건 중 ${hits}건 적중`,
};

export const enRecords: RecordTexts = {
  began: "Paid at",
  paidOn: "Paid on",
  order: "Order",
  method: "Method",
  status: "Status",
  paid: "Paid",
  refunded: "Really refunded",
  net: "Net",
  verdict: "Verdict",
  any: {
    method: "Every method",
    status: "Every status",
    verdict: "Every verdict",
    kind: "Payments and cancels",
    reading: "Read or not",
    match: "Every match",
    effect: "Every movement",
    origin: "Cancelled anywhere",
  },
  orderName: "Goods",
  basis: "By day of",
  cancelledOn: "Cancelled on",
  reading: "Reading",
  readings: { yes: "Read from Toss", no: "Seen in lists alone" },
  search: "Order, approval, goods",
  least: "Least amount",
  most: "Most",
  orderBy: "Order by",
  orders: {
    BEGAN_AT_DESC: "Newest first",
    BEGAN_AT_ASC: "Oldest first",
    AMOUNT_DESC: "Largest first",
    AMOUNT_ASC: "Smallest first",
  },
  happened: "At",
  transaction: "Transaction",
  effect: "Money",
  origin: "Cancelled by",
  on: "Day",
  soldDate: "Sold date",
  paidOutDate: "Paid-out date",
  kind: "Kind",
  amount: "Amount",
  fee: "Fee",
  supply: "Fee without VAT",
  vat: "VAT",
  payOut: "Paid out",
  match: "Match",
  empty: "Nothing has been read yet",
  month: (month) =>
    new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" }).format(
      new Date(`${month}-01T00:00:00Z`),
    ),
  previousMonth: "Previous month",
  nextMonth: "Next month",
  currency: "Currency",
  settled: "Settled",
  forecast: "Forecast",
  beforeFee: "before fees",
  deducted: "Deducted",
  today: "Today",
  payments: (count) => `${count} ${count === 1 ? "payment" : "payments"}`,
  cancels: (count) => `${count} ${count === 1 ? "cancel" : "cancels"}`,
  gross: "Payments",
  cancelled: "Cancels",
  rows: "All settlement rows",
  caption: (month) => `Payouts of ${month}`,
  noPayouts: "Nothing is paid out in this month",
  chooseDay: "Choose a day to see what is in it.",
  feesUnknown: "Fees are known when the settlement rows are there.",
  deposit: "Deposited",
  forecastDeposit: "Expected deposit",
  carriedOver: "Taken from the next payout",
  allEvents: "All transactions",
  estimatedFee: "fee about",
  dayOff: "Closed",
  cycle: "What forecasts rest on",
  configured: "as configured",
  learned: (rows) => `learned from ${rows} rows`,
  hits: (hits, of) => `${hits} of ${of} past forecasts were right`,
};
