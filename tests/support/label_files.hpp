#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netml/dataset/labels.hpp"

namespace netml::test {

// Label files as the tools and data sets write them.

constexpr std::int64_t kLabelFileBegin = 1525879831;  // seconds since 1970

/// A label file of one format. Its rows speak of one flow: TCP, 192.168.100.103:51524 to
/// 65.127.233.163:23, 3 s long from 2018-05-09 15:30:31 UTC, as in IoT-23's first capture.
struct LabelSyntax {
  std::string name;
  LabelFormat format;
  std::string header;
  std::string attack, normal;  ///< rows
  std::string attack_name, normal_name;
  std::string bad;  ///< a row with an address that is none
};

inline const std::string kZeekHeader =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
    "#open\t2019-03-15-15-08-24\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\t"
    "orig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\t"
    "orig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents   label   detailed-label\n"
    "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\t"
    "bool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]   string   string\n";

inline std::string zeek_row(const std::string& src, const std::string& labels) {
  return "1525879831.000000\tCUmrqr4svHuSXJy5z7\t" + src +
         "\t51524\t65.127.233.163\t23\ttcp\t-\t3.000000\t0\t0\tS0\t-\t-\t0\tS\t3\t180\t0\t0\t"
         "(empty)   " +
         labels + "\n";
}

inline std::string zeek_object(const std::string& src, const std::string& label,
                               const std::string& detail) {
  return R"({"ts":1525879831.000000,"uid":"CUmrqr4svHuSXJy5z7","id.orig_h":")" + src +
         R"(","id.orig_p":51524,"id.resp_h":"65.127.233.163","id.resp_p":23,"proto":"tcp",)"
         R"("duration":3.0,"conn_state":"S0","tunnel_parents":[],"label":")" +
         label + R"(","detailed-label":)" + detail + "}\n";
}

// 49 cells, as UNSW-NB15_1.csv has them.
inline std::string unsw_row(const std::string& src, const std::string& category, int label) {
  return src +
         ",51524,65.127.233.163,23,tcp,FIN,3.000000,132,164,31,29,0,0,-,500.5,621.8,2,2,255,255,"
         "1,2,66,82,0,0,0,0,1525879831,1525879834,0.017,0.013,0,0,0,0,0,0,0,0,3,7,1,3,1,1,1," +
         category + "," + std::to_string(label) + "\n";
}

inline std::string ctu_row(const std::string& src, const std::string& label) {
  return "2018/05/09 15:30:31.000000,3.000000,tcp," + src +
         ",51524,   ->,65.127.233.163,23,S_RA,0,0,4,276,156,flow=" + label + "\n";
}

inline const std::string kEvent =
    R"("src_port":51524,"dest_ip":"65.127.233.163","dest_port":23,"proto":"TCP",)";

inline std::string alert_event(const std::string& src) {
  return R"({"timestamp":"2018-05-09T17:30:34.000000+0200","flow_id":1031464864740687,)"
         R"("event_type":"alert","src_ip":")" +
         src + "\"," + kEvent +
         R"("alert":{"action":"allowed","gid":1,"signature_id":2017318,"rev":4,)"
         R"("signature":"ET SCAN Telnet","category":"x","severity":2},)"
         R"("flow":{"pkts_toserver":3,"start":"2018-05-09T17:30:31.000000+0200"}})"
         "\n";
}

inline std::string flow_event(const std::string& src) {
  return R"({"timestamp":"1970-01-01T01:00:00.000000+0100","flow_id":1031464864740687,)"
         R"("event_type":"flow","src_ip":")" +
         src + "\"," + kEvent +
         R"("flow":{"start":"2018-05-09T17:30:31.000000+0200",)"
         R"("end":"2018-05-09T17:30:34.000000+0200","age":3,"alerted":false}})"
         "\n";
}

inline const std::string kUnswHeader =
    "srcip,sport,dstip,dsport,proto,state,dur,sbytes,dbytes,sttl,dttl,sloss,dloss,service,Sload,"
    "Dload,Spkts,Dpkts,swin,dwin,stcpb,dtcpb,smeansz,dmeansz,trans_depth,res_bdy_len,Sjit,Djit,"
    "Stime,Ltime,Sintpkt,Dintpkt,tcprtt,synack,ackdat,is_sm_ips_ports,ct_state_ttl,"
    "ct_flw_http_mthd,is_ftp_login,ct_ftp_cmd,ct_srv_src,ct_srv_dst,ct_dst_ltm,ct_src_ltm,"
    "ct_src_dport_ltm,ct_dst_sport_ltm,ct_dst_src_ltm,attack_cat,Label\n";

inline const std::string kHost = "192.168.100.103";

inline std::vector<LabelSyntax> label_syntaxes() {
  const std::string csv = ",51524,65.127.233.163,23,TCP,2018-05-09 15:30:31,3,";
  return {
      {"zeek-text", LabelFormat::kZeek, kZeekHeader,
       zeek_row(kHost, "Malicious   PartOfAHorizontalPortScan"), zeek_row(kHost, "Benign   -"),
       "PartOfAHorizontalPortScan", "Benign", zeek_row("192.168.100.256", "Benign   -")},
      {"zeek-json", LabelFormat::kZeek, "", zeek_object(kHost, "Malicious", "\"DDoS\""),
       zeek_object(kHost, "benign", "null"), "DDoS", "benign",
       zeek_object("nowhere", "Benign", "null")},
      {"unsw-without-header", LabelFormat::kUnswNb15, "", unsw_row(kHost, " Fuzzers ", 1),
       unsw_row(kHost, "", 0), "Fuzzers", "Normal", unsw_row("192.168.100.256", "", 0)},
      {"unsw-with-header", LabelFormat::kUnswNb15, kUnswHeader, unsw_row(kHost, "Exploits", 1),
       unsw_row(kHost, "Normal", 0), "Exploits", "Normal", unsw_row("", "", 0)},
      {"ctu13", LabelFormat::kCtu13,
       "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,"
       "SrcBytes,Label\n",
       ctu_row(kHost, "From-Botnet-V42-TCP-Established"), ctu_row(kHost, "From-Normal-V42-Grill"),
       "flow=From-Botnet-V42-TCP-Established", "flow=From-Normal-V42-Grill",
       ctu_row("x", "From-Normal-V42-Grill")},
      {"suricata", LabelFormat::kSuricata, "", alert_event(kHost), flow_event(kHost),
       "ET SCAN Telnet", "no alert", alert_event("192.168.100.256")},
      {"csv", LabelFormat::kCsv, "src_ip,src_port,dst_ip,dst_port,protocol,start,duration,label\n",
       kHost + csv + "Mirai\n", kHost + csv + "BENIGN\n", "Mirai", "BENIGN", "x" + csv + "a\n"},
  };
}

}  // namespace netml::test
