// What this program says, in English and Japanese; "{}" is replaced by a value. It carries its own texts,
// since it must stand alone: the other programs take theirs from content/messages.
#pragma once

#include <string_view>

namespace hinomi::verify {

struct Text {
  std::string_view en;
  std::string_view ja;
};

constexpr Text kUsage{
    "usage: hinomi-verify [--key FILE] [--known FILE] [--authorities FILE] FOLDER\n"
    "       hinomi-verify --proof FILE...\n"
    "  --key FILE          public keys of the log that you had before (else: those of the export)\n"
    "  --known FILE        checkpoints of the log that were kept elsewhere\n"
    "  --authorities FILE  certificates of time-stamp authorities, PEM (else: those of the export)\n"
    "exit code: 0 in order, 1 problems, 2 wrong use\n",
    "使い方: hinomi-verify [--key FILE] [--known FILE] [--authorities FILE] FOLDER\n"
    "        hinomi-verify --proof FILE...\n"
    "  --key FILE          以前に入手したログの公開鍵（省略時: エクスポート内の鍵）\n"
    "  --known FILE        別の場所に保管していたログのチェックポイント\n"
    "  --authorities FILE  時刻認証局の証明書、PEM（省略時: エクスポート内の証明書）\n"
    "終了コード: 0 問題なし、1 問題あり、2 使い方の誤り\n"};
constexpr Text kUnreadable{"cannot be read, or is too large", "読めないか、大きすぎます"};
constexpr Text kNoKeys{"holds no public keys of a log", "ログの公開鍵がありません"};
constexpr Text kManifest{"no manifest of version 1 signed by a key of the log",
                         "ログの鍵で署名されたマニフェスト（版 1）ではありません"};
constexpr Text kExtraFile{"is not in the manifest", "マニフェストにありません"};
constexpr Text kChangedFile{"is missing, or not what the manifest says",
                            "ないか、マニフェストと一致しません"};
constexpr Text kEntryForm{"entry {} is not in its canonical form", "記録 {} が正規形ではありません"};
constexpr Text kEntryPlace{"entry {} says that it is another one", "記録 {} が別の記録を名乗っています"};
constexpr Text kEntryCount{"holds {} entries, the manifest says otherwise",
                           "記録 {} 件はマニフェストと異なります"};
constexpr Text kDetailsForm{"is not in order from line {} on", "{} 行目から正しくありません"};
constexpr Text kDetailsWrong{"the details of entry {} do not fit its hash",
                             "記録 {} の詳細がハッシュと一致しません"};
constexpr Text kCheckpointWrong{"checkpoint {} is none of this log, or its signature is wrong",
                                "チェックポイント {} がこのログのものでないか、署名が正しくありません"};
constexpr Text kCheckpointRoot{"the first {} entries have another root: some were changed, removed or added",
                               "先頭 {} 件のルートが異なります（変更、削除または追加）"};
constexpr Text kCheckpointBeyond{"a checkpoint of {} entries: entries were removed",
                                 "{} 件のチェックポイントがあります。記録が削除されています"};
constexpr Text kCheckpointLast{"no checkpoint is of all {} entries",
                               "全 {} 件のチェックポイントがありません"};
constexpr Text kKnownRoot{"the log was rewritten: its first {} entries have another root than here",
                          "ログが書き換えられています。先頭 {} 件のルートがこれと異なります"};
constexpr Text kKnownBeyond{"the log was rolled back, or the export is older: {} entries were known here",
                            "ログが巻き戻されたか、エクスポートの方が古いものです（こちらは {} 件）"};
constexpr Text kAnchorWrong{"the time-stamp does not hold, or is about no checkpoint of this export",
                            "タイムスタンプが無効か、このエクスポートのチェックポイントのものではありません"};
constexpr Text kEvidenceUnknown{"no entry speaks of this evidence, or its content is not that of its name",
                                "この証拠に触れた記録がないか、内容が名前と異なります"};
constexpr Text kProofWrong{"the proof does not hold", "証明が成り立ちません"};
constexpr Text kOwnKeys{"note: judged by the keys of the export itself; compare them, or give --key:{}",
                        "注意: エクスポート内の鍵で検証しました。照合するか --key を指定してください:{}"};
constexpr Text kOwnCertificates{"note: time-stamps are judged by the certificates of the export itself",
                                "注意: タイムスタンプはエクスポート内の証明書で検証しました"};
constexpr Text kNoAnchor{"note: no time-stamp from outside", "注意: 外部のタイムスタンプがありません"};
constexpr Text kAnchored{"time-stamped outside: entries {}", "外部のタイムスタンプ: 記録 {}"};
constexpr Text kCounted{"entries: {}", "記録: {}"};
constexpr Text kGood{"in order", "問題ありません"};
constexpr Text kBad{"problems: {}", "問題: {} 件"};

}  // namespace hinomi::verify
