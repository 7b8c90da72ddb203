file(WRITE ${OUT}.new "#include <string_view>\n#include <utility>\n#include <vector>\nnamespace ${NAMESPACE} {\n"
  "extern const std::vector<std::pair<std::string_view, std::string_view>> ${SYMBOL};\n"
  "const std::vector<std::pair<std::string_view, std::string_view>> ${SYMBOL} = {\n")
foreach(input ${INPUTS})
  get_filename_component(name ${input} NAME)
  file(READ ${input} text HEX)
  string(LENGTH "${text}" digits)
  math(EXPR bytes "${digits} / 2")
  # Hex escapes in pieces: a compiler may refuse one literal of more than 64 KiB, and a digit after \x.. would join it.
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${text}")
  string(REGEX REPLACE "((\\\\x[0-9a-f][0-9a-f]){1,100})" "\"\\1\"\n" text "${text}")
  file(APPEND ${OUT}.new "{\"${name}\", std::string_view(\n${text}\"\", ${bytes})},\n")
endforeach()
file(APPEND ${OUT}.new "};\n}\n")
file(RENAME ${OUT}.new ${OUT})
