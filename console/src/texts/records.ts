// What the lists of 내역 and the calendar of payouts say, in both languages.

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
  any: { method: string; status: string; verdict: string; kind: string };
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
  any: { method: "모든 결제수단", status: "모든 상태", verdict: "모든 대사 결과", kind: "결제·취소" },
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
  any: { method: "Every method", status: "Every status", verdict: "Every verdict", kind: "Payments and cancels" },
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
};
