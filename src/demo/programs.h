// Paths of the programs that occur in the recording more than once. Facts only.
#pragma once

#include <string_view>

namespace hinomi::demo::programs {

inline constexpr std::string_view kExplorer = R"(C:\Windows\explorer.exe)";
inline constexpr std::string_view kUserinit = R"(C:\Windows\System32\userinit.exe)";
inline constexpr std::string_view kServices = R"(C:\Windows\System32\services.exe)";
inline constexpr std::string_view kSvchost = R"(C:\Windows\System32\svchost.exe)";
inline constexpr std::string_view kSvchostLine =
    R"(C:\Windows\system32\svchost.exe -k netsvcs -p -s Schedule)";
inline constexpr std::string_view kCmd = R"(C:\Windows\System32\cmd.exe)";
inline constexpr std::string_view kPowershell =
    R"(C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe)";
inline constexpr std::string_view kRundll32 = R"(C:\Windows\System32\rundll32.exe)";
inline constexpr std::string_view kReg = R"(C:\Windows\System32\reg.exe)";
inline constexpr std::string_view kNet = R"(C:\Windows\System32\net.exe)";
inline constexpr std::string_view kNet1 = R"(C:\Windows\System32\net1.exe)";
inline constexpr std::string_view kWhoami = R"(C:\Windows\System32\whoami.exe)";
inline constexpr std::string_view kNltest = R"(C:\Windows\System32\nltest.exe)";
inline constexpr std::string_view kIpconfig = R"(C:\Windows\System32\ipconfig.exe)";
inline constexpr std::string_view kSysteminfo = R"(C:\Windows\System32\systeminfo.exe)";
inline constexpr std::string_view kSchtasks = R"(C:\Windows\System32\schtasks.exe)";
inline constexpr std::string_view kVssadmin = R"(C:\Windows\System32\vssadmin.exe)";
inline constexpr std::string_view kWmiPrvSe = R"(C:\Windows\System32\wbem\WmiPrvSE.exe)";
inline constexpr std::string_view kWmiPrvSeLine =
    R"(C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding)";
inline constexpr std::string_view kOutlook = R"(C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE)";
inline constexpr std::string_view kExcel = R"(C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE)";
inline constexpr std::string_view kWord = R"(C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE)";
inline constexpr std::string_view kEdge = R"(C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe)";
inline constexpr std::string_view kSevenZip = R"(C:\Program Files\7-Zip\7z.exe)";
inline constexpr std::string_view kAgent = R"(C:\Program Files\SoraminoIT\Agent\agent.exe)";

}  // namespace hinomi::demo::programs
