// Bodies of forms: what is read, and that whatever is malformed is refused.

#include "host/api/legacy/form_body.hpp"

#include <gtest/gtest.h>

#include "host/api/problem.hpp"

namespace oa::host {
namespace {

/// 0: it is read.
template <class Read>
int status_of(Read read) {
    try {
        static_cast<void>(read());
        return 0;
    } catch (const ApiProblem& problem) {
        return problem.status();
    }
}

int form_status(std::string_view body) {
    return status_of([&] { return Form(body); });
}

constexpr std::string_view type = "multipart/form-data; boundary=b";

int upload_status(std::string_view body, std::string_view content_type = type) {
    return status_of([&] { return read_upload(content_type, body, "file"); });
}

/// A body of one part with that head.
std::string with_head(const std::string& head) {
    return "--b\r\n" + head + "\r\n\r\nx\r\n--b--\r\n";
}

const std::string good = "Content-Disposition: form-data; name=\"file\"; filename=\"a.yaml\"";

TEST(FormBody, ReadsFields) {
    const Form form("wallet_file=a%2Fb+c&password=%C3%A4%3D%26&empty=&bare");
    EXPECT_EQ(form.get("wallet_file"), "a/b c");
    EXPECT_EQ(form.get("password"), "\xC3\xA4=&");
    EXPECT_EQ(form.find("empty"), "");
    EXPECT_EQ(form.find("bare"), "");
    EXPECT_EQ(form.find("other"), std::nullopt);
    EXPECT_EQ(form_status(""), 0);
}

TEST(FormBody, RefusesMalformedFields) {
    for (const std::string_view body :
         {"a=%", "a=%4", "a=%zz", "%=a", "a=%00", "a=%ff", "a=%C3", "a=1&a=2", "a=1&%61=2"}) {
        EXPECT_EQ(form_status(body), 400) << body;
    }
    std::string many;
    for (int i = 0; i < 33; ++i) {
        many += "f" + std::to_string(i) + "=1&";
    }
    EXPECT_EQ(form_status(many), 400);
    EXPECT_EQ(status_of([] { return Form("a=").get("a"); }), 422);
    EXPECT_EQ(status_of([] { return Form("a=").get("b"); }), 422);
}

TEST(FormBody, ReadsAnUpload) {
    const std::string body =
        "--b\r\n" + good + "\r\nContent-Type: application/yaml\r\n\r\nline\r\n--c\n\r\n--b--\r\n";
    const UploadedFile file = read_upload(type, body, "file");
    EXPECT_EQ(file.name, "a.yaml");
    EXPECT_EQ(file.bytes, "line\r\n--c\n");
    EXPECT_EQ(read_upload("multipart/form-data; charset=utf-8; boundary=\"b c\"",
                          "--b c\r\n" + good + "\r\n\r\n\r\n--b c--", "file")
                  .bytes,
              "");
    EXPECT_EQ(read_upload(type, with_head("content-disposition:form-data;filename=a.yml;name=file"),
                          "file")
                  .name,
              "a.yml");
    EXPECT_EQ(
        read_upload(type,
                    with_head("Content-Disposition: form-data; name=file; filename=\"a\\\"b;c\""),
                    "file")
            .name,
        "a\"b;c");
    const std::string bytes("\0\xff\r\n", 4);
    EXPECT_EQ(
        read_upload(type, "--b\r\n" + good + "\r\n\r\n" + bytes + "\r\n--b--\r\n", "file").bytes,
        bytes);
}

TEST(FormBody, RefusesMalformedUploads) {
    const std::string whole = with_head(good);
    EXPECT_EQ(upload_status(whole), 0);
    for (std::size_t length = 0; length + 2 < whole.size(); ++length) {
        EXPECT_EQ(upload_status(whole.substr(0, length)), 400) << length;
    }
    std::string two_parts = good;
    two_parts.append("\r\n\r\nx\r\n--b\r\n").append(good);
    std::string twice = good;
    twice.append("\r\n").append(good);
    for (const std::string& body :
         {"preamble\r\n" + whole,
          "\r\n" + whole,
          whole + "epilogue",
          whole + "\r\n",
          with_head(two_parts),
          "--b\n" + good + "\n\nx\n--b--\n",
          "--bb\r\n" + good + "\r\n\r\nx\r\n--bb--\r\n",
          "--b\r\n" + good + "\r\n\r\nx\r\n--bx\r\n--b--\r\n",
          with_head(""),
          with_head(": a"),
          with_head("a"),
          with_head(twice),
          with_head(good + "\r\nA: \x01"),
          with_head(good + "\r\nContent-Transfer-Encoding: base64"),
          with_head(good + "; name=b"),
          with_head(good + "; x"),
          with_head(good + "; =x"),
          with_head(good + "; x=\"y"),
          with_head(good + "; x=\"y\"z"),
          with_head(good + "; x="),
          with_head("Content-Disposition: form-data; name=file; filename=\"\xff\""),
          with_head(good + "\r\nA: " + std::string(5000, 'a'))}) {
        EXPECT_EQ(upload_status(body), 400) << body;
    }
    std::string lines = good;
    for (int i = 0; i < 8; ++i) {
        lines += "\r\nA: b";
    }
    EXPECT_EQ(upload_status(with_head(lines)), 400);
    for (const std::string& head :
         {std::string("Content-Disposition: form-data; name=other; filename=a"),
          std::string("Content-Disposition: form-data; name=file"),
          std::string("Content-Disposition: attachment; name=file; filename=a")}) {
        EXPECT_EQ(upload_status(with_head(head)), 422) << head;
    }
    for (const std::string& other :
         {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
          std::string("multipart/form-data; boundary=\"\""),
          std::string("multipart/form-data; boundary=\"b\r\n\""),
          std::string("multipart/form-data; boundary=b; boundary=b"),
          "multipart/form-data; boundary=" + std::string(71, 'b'),
          std::string("multipart/form-data; boundary=\"b \"")}) {
        EXPECT_EQ(upload_status(whole, other), 400) << other;
    }
}

}  // namespace
}  // namespace oa::host
