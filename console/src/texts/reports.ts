// What the page of reports says, in both languages.

export interface ReportTexts {
  ofRange: string;
  intro: string;
  formats: Record<"xlsx" | "zip" | "json", { name: string; hint: string }>;
  download: (name: string) => string;
  oneAtATime: string;
  digests: string;
  unread: string;
  stillMade: string;
  whole: string;
}

export const koReports: ReportTexts = {
  ofRange: "Excel",
  intro: "이 기간의 합계, 결제, 거래, 정산, 지급일, 불일치와 미수금을 담습니다. 이 페이지와 같은 숫자입니다.",
  formats: {
    xlsx: { name: "Excel", hint: "시트마다 한 자료. 재무·정산 담당용" },
    zip: { name: "CSV", hint: "자료마다 한 파일을 묶은 zip. 다른 프로그램에 넣을 때" },
    json: { name: "JSON", hint: "금액을 글자로 적은 한 문서. 개발자용" },
  },
  download: (name) => `${name} 내려받기`,
  oneAtATime: "보고서는 한 번에 하나씩 만듭니다. 끝나기 전에 다른 보고서는 거절됩니다.",
  digests: "마지막 시트 ‘검증’에 읽은 범위와 자료마다의 SHA-256이 있습니다.",
  unread: "이 기간에 아직 읽지 못한 날이 있습니다",
  stillMade: "보고서는 만들 수 있지만 그 날의 내역은 빠지며, 빠졌다는 사실이 보고서에 적힙니다.",
  whole: "이 기간의 끝난 날은 모두 읽었습니다.",
};

export const enReports: ReportTexts = {
  ofRange: "Excel",
  intro:
    "The sums, payments, events, settlements, payout days, discrepancies and receivables of these days: the figures of these pages.",
  formats: {
    xlsx: { name: "Excel", hint: "One sheet for each kind of row, for who keeps the books" },
    zip: { name: "CSV", hint: "One file for each kind of row, in a zip, for other programs" },
    json: { name: "JSON", hint: "One document with amounts as texts, for developers" },
  },
  download: (name) => `Download ${name}`,
  oneAtATime: "Reports are made one at a time: another one is refused until the first has ended.",
  digests: "The last sheet, Manifest, tells what was read and the SHA-256 of each section.",
  unread: "Some of these days have not been read",
  stillMade: "The report can be made all the same: it lacks what is of those days, and says so.",
  whole: "Every day of these that is over has been read.",
};
