# hinomi_messages(TARGET)
#
# Makes TARGET, a static library of one typed function for each message in content/messages/*.yaml (its header
# is "messages/messages.h", namespace hinomi::messages). A module uses it through DEPENDS messages. A missing
# language or a wrong parameter is a build error with file, line and remedy (tools/message_compiler/README.md).
function(hinomi_messages target)
  add_subdirectory("${PROJECT_SOURCE_DIR}/tools/message_compiler" "${CMAKE_BINARY_DIR}/tools/message_compiler")
  file(GLOB catalogues CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/content/messages/*.yaml")
  set(folder "${CMAKE_BINARY_DIR}/generated/messages")
  add_custom_command(
    OUTPUT "${folder}/messages.h" "${folder}/messages.cc"
    COMMAND hinomi_message_compiler --root "${PROJECT_SOURCE_DIR}" --cpp "${folder}" ${catalogues}
    DEPENDS hinomi_message_compiler ${catalogues}
    COMMENT "Messages of content/messages"
    VERBATIM)
  add_library(${target} STATIC "${folder}/messages.h" "${folder}/messages.cc")
  target_include_directories(${target} PUBLIC "${CMAKE_BINARY_DIR}/generated")
  target_link_libraries(${target} PUBLIC hinomi_base PRIVATE hinomi_options)
  file(APPEND "${CMAKE_BINARY_DIR}/modules.tsv" "messages\tbase\n")
endfunction()
