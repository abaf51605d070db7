#include "texts.h"

#include <array>

namespace hinomi::verify {
namespace {

constexpr std::array<std::array<std::string_view, 2>, static_cast<std::size_t>(Text::bad) + 1> kTexts{{
    {"usage: hinomi-verify [--key FILE] [--known FILE] [--authorities FILE] [--lang en|ja] FOLDER\n"
     "       hinomi-verify [--lang en|ja] --proof FILE...\n"
     "  --key FILE          public keys of the log that you had before; without it those of the export\n"
     "  --known FILE        checkpoints of the log that were kept elsewhere\n"
     "  --authorities FILE  certificates (PEM) of time-stamp authorities; without it those of the export\n"
     "exit code: 0 in order, 1 problems, 2 wrong use\n",
     "使い方: hinomi-verify [--key FILE] [--known FILE] [--authorities FILE] [--lang en|ja] FOLDER\n"
     "        hinomi-verify [--lang en|ja] --proof FILE...\n"
     "  --key FILE          以前に入手したログの公開鍵。省略時はエクスポート内の鍵\n"
     "  --known FILE        別の場所に保管していたログのチェックポイント\n"
     "  --authorities FILE  時刻認証局の証明書 (PEM)。省略時はエクスポート内の証明書\n"
     "終了コード: 0 問題なし、1 問題あり、2 使い方の誤り\n"},
    {"cannot be read, or is too large", "読めないか、大きすぎます"},
    {"holds no public keys of a log", "ログの公開鍵がありません"},
    {"is not signed by a key of the log, or is about another manifest",
     "ログの鍵で署名されていないか、別のマニフェストのものです"},
    {"is no manifest of version 1 in its canonical form", "正規形のマニフェスト（版 1）ではありません"},
    {"is in the folder but not in the manifest", "フォルダーにあるのにマニフェストにありません"},
    {"is in the manifest but not in the folder", "マニフェストにあるのにフォルダーにありません"},
    {"is not what the manifest says (size or SHA-256)", "マニフェストの大きさか SHA-256 と一致しません"},
    {"entry {} is not in its canonical form", "記録 {} が正規形ではありません"},
    {"entry {} says that it is another one, or of another organisation",
     "記録 {} が別の番号か別の組織を名乗っています"},
    {"holds another number of entries than the manifest: {}", "記録の件数がマニフェストと異なります: {}"},
    {"is not in order from line {} on", "{} 行目から形式か順序が正しくありません"},
    {"the details of entry {} are not those its hash is of", "記録 {} の詳細がハッシュと一致しません"},
    {"checkpoint {} is none of this log, or its signature is wrong",
     "チェックポイント {} がこのログのものでないか、署名が正しくありません"},
    {"the first {} entries have another root: an entry was changed, removed or added",
     "先頭 {} 件のルートが異なります。記録が変更、削除または追加されています"},
    {"a checkpoint is of {} entries, more than there are: entries were removed",
     "{} 件のチェックポイントがありますが、記録が足りません。記録が削除されています"},
    {"no checkpoint is of all entries: {}", "全件に対するチェックポイントがありません: {}"},
    {"the log was rewritten: its first {} entries have another root than your checkpoint",
     "ログが書き換えられています。先頭 {} 件のルートがお手元のチェックポイントと異なります"},
    {"the log was rolled back, or the export is older: your checkpoint is of {} entries",
     "ログが巻き戻されたか、エクスポートの方が古いものです。お手元のチェックポイントは {} 件です"},
    {"the time-stamp does not hold: {}", "タイムスタンプが有効ではありません: {}"},
    {"the time-stamp is about no checkpoint of this export",
     "タイムスタンプの対象がこのエクスポートのチェックポイントではありません"},
    {"no entry speaks of this piece of evidence, or it is another one than its name says",
     "この証拠に触れた記録がないか、内容が名前と異なります"},
    {"the proof does not hold", "証明が成り立ちません"},
    {"more than {} problems; the rest is not listed", "問題が {} 件を超えたため、残りは表示しません"},
    {"note: the keys are those of the export itself; compare them with ones you had before, or give --key: "
     "{}",
     "注意: 鍵はエクスポート自身のものです。以前の鍵と比べるか --key を指定してください: {}"},
    {"note: the time-stamps are judged by certificates of the export itself; give --authorities to judge by "
     "your own",
     "注意: タイムスタンプはエクスポート内の証明書で検証しました。--authorities "
     "でお手元の証明書を指定できます"},
    {"note: no time-stamp from outside: only the log's own clock says when",
     "注意: 外部のタイムスタンプがありません。時刻はログ自身の時計によるものだけです"},
    {"time-stamped outside: {}", "外部のタイムスタンプ: {}"},
    {"read: {}", "検証対象: {}"},
    {"in order", "問題ありません"},
    {"problems: {}", "問題: {} 件"},
}};

}  // namespace

std::string text(Language language, Text which, std::string_view value) {
  std::string out(kTexts[static_cast<std::size_t>(which)][language == Language::ja ? 1 : 0]);
  const std::size_t at = out.find("{}");
  return at == std::string::npos ? out : out.replace(at, 2, value);
}

}  // namespace hinomi::verify
